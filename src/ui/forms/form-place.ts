import { argsPointer } from './content.js'
import { restPointer } from './reading.js'
import { stepsOf } from './schema-node.js'

/** The id of the element that stands for a place in the request. */
export function elementId (pointer: string): string {
  return `field${encodeURIComponent(pointer)}`
}

/** The pointers of a place and of all that it lies in, the innermost first. */
export function pointersAround (pointer: string): string[] {
  const around = [pointer]
  for (let at = pointer.lastIndexOf('/'); at > 0; at = pointer.lastIndexOf('/', at - 1)) around.push(pointer.slice(0, at))
  return around
}

/** A place in the request as people count: `steps 1, ms`. */
export function placeInWords (pointer: string): string {
  const isInArgs = pointer.startsWith(`${argsPointer}/`)
  if (pointer === '' || pointer === argsPointer) return 'Arguments'
  const isRest = pointer.endsWith(restPointer(''))
  const steps = stepsOf(isInArgs ? pointer.slice(argsPointer.length) : pointer).slice(0, isRest ? -1 : undefined)
  const words = steps.map(step => /^\d+$/.test(step) ? ` ${Number(step) + 1}` : `, ${step}`)
  return [...words, isRest ? ', other members' : ''].join('').replace(/^,? /, '')
}

/** What is wrong, as a sentence of its own. */
export function asSentence (detail: string): string {
  const text = detail.charAt(0).toUpperCase() + detail.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
