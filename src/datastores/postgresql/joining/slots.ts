import { setTimeout as pause } from 'node:timers/promises'
import type { Connections } from '../connections.js'
import { refusal } from '../refusal.js'

type Queries = Pick<Connections, 'query'>

interface SlotRow { readonly slot_type: string, readonly active: boolean }

/**
 * Whether a replication slot has to be made on the primary.
 * @throws PostgresqlError when there is one that cannot be used
 */
export async function isSlotMissing (primary: Queries, slot: string): Promise<boolean> {
  const [row] = await primary.query<SlotRow>(
    'select slot_type, active from pg_replication_slots where slot_name = $1', [slot])
  if (row === undefined) return true
  if (row.slot_type !== 'physical') throw refusal(`The replication slot "${slot}" of the primary is not a physical one. Name another.`)
  if (row.active) throw refusal(`The replication slot "${slot}" of the primary is in use. Name another.`)
  return false
}

/** Makes a replication slot that keeps the write-ahead log from now on, unless it is there. */
export async function makeSlot (primary: Queries, slot: string): Promise<void> {
  await primary.query(`
    select pg_create_physical_replication_slot($1::name, true)
    where not exists (select 1 from pg_replication_slots where slot_name = $1::name)`, [slot])
}

/** How often the removal of a slot is tried: the connection that used it may take a moment to end. */
const dropAttempts = 20

/** Between two attempts. */
const dropEveryMs = 100

/** Removes a slot, lest the primary keep its log for nobody until its disk is full. False when that cannot be done. */
export async function dropSlot (primary: Queries, slot: string): Promise<boolean> {
  for (let attempt = 0; attempt < dropAttempts; attempt++) {
    const left = await primary.query<{ dropped: boolean }>(`
      select case when active then false else pg_drop_replication_slot(slot_name) is not null end as dropped
      from pg_replication_slots where slot_name = $1`, [slot]).catch(() => null)
    if (left === null) return false
    if (left.every(({ dropped }) => dropped)) return true
    await pause(dropEveryMs)
  }
  return false
}
