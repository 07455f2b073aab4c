import { createHash } from 'node:crypto'
import type { ActionFilter, Order } from '../domain/page.js'
import { Problem } from '../domain/problem.js'

/**
 * A list cursor: the place of the last row seen, bound to its store, its filter and its order, so that it can never
 * silently continue another list. Opaque to clients: `<store>.<list>.<place>` in base64url.
 */
export function makeCursor (storeId: string, list: string, seq: number): string {
  return Buffer.from(`${storeId}.${list}.${seq}`).toString('base64url')
}

/**
 * The place in a cursor.
 * @throws Problem `invalid-cursor` when it is no cursor of this list, `cursor-gone` when it is of another store
 */
export function readCursor (cursor: string, storeId: string, list: string): number {
  const parts = /^([0-9a-f]{16})\.([0-9a-f]{12})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (parts === null) throw new Problem('invalid-cursor')
  if (parts[1] !== storeId) throw new Problem('cursor-gone')
  if (parts[2] !== list) throw new Problem('invalid-cursor')
  return Number(parts[3])
}

/** A short name of a list: the same filter and order give the same name, in whatever order they were said. */
export function listName (filter: ActionFilter, order: Order): string {
  const { states, kind, lane, requester, protocols, since, until, search } = filter
  const said: unknown[] = [order, [...states ?? []].sort(), kind, lane, requester, [...protocols ?? []].sort(), since]
  // Behind the others, and only where they are said: cursors of lists without them stay what they were.
  if (until !== undefined) said.push({ until })
  if (search !== undefined) said.push({ search })
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12)
}
