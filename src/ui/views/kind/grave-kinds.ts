/**
 * The kinds that stop a service, end the work of others, or put other data in the place of what is there: before one of
 * them is sent, it is asked whether it is meant. Matched with the part of the name behind the slash.
 */
const grave = [/(^|\.)stop$/, /(^|\.)restart$/, /^promote$/, /^terminate/, /^replica-of$/, /^cluster\.join$/]

/** Whether it is asked before an action of the kind is scheduled. */
export function isGrave (kind: string): boolean {
  const name = kind.slice(kind.indexOf('/') + 1)
  return grave.some(pattern => pattern.test(name))
}
