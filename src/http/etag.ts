import type { Action } from '../domain/action.js'

/** The strong entity tag of an action: it changes with every change of the action or its history. */
export function entityTag (action: Action): string {
  return `"${action.id}-${action.version}"`
}

/** True when an If-None-Match header names the tag, or everything. */
export function matchesTag (header: string, tag: string): boolean {
  return header.split(',').some(part => {
    const given = part.trim().replace(/^W\//, '')
    return given === '*' || given === tag
  })
}
