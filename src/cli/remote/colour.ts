import type { Output, Terminal } from '../actions.js'

/** The colours that are used. */
export type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold'

/** Paints a text, or leaves it as it is. */
export type Paint = (text: string, colour: Colour) => string

/** SGR codes: what begins a colour, and what ends it without ending any other (ECMA-48, 8.3.117). */
const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22]
}

/** The paint for one of the two streams: leaves all as it is where that is no terminal, or no colours are wanted. */
export function painter ({ terminal }: Pick<Output, 'terminal'>, stream: 'out' | 'err' = 'out'): Paint {
  return (text, colour) => paint(terminal?.[stream] === true ? terminal : undefined, text, colour)
}

/** A text in a colour, where a terminal shows it and colours are wanted. */
export function paint (terminal: Pick<Terminal, 'colours'> | undefined, text: string, colour: Colour): string {
  if (terminal?.colours !== true || text === '') return text
  const [begin, end] = codes[colour]
  return `\u001b[${begin}m${text}\u001b[${end}m`
}

const stateColours: Readonly<Record<string, Colour>> = { DONE: 'green', FAILED: 'red', RUNNING: 'yellow' }

/** The colour of a state of an action; null: none of its own. */
export function colourOf (state: string): Colour | null {
  return stateColours[state] ?? null
}
