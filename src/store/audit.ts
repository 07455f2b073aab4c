import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import type { Asked, AuditEntry, AuditFilter, AuditQuery } from '../domain/audit.js'
import type { ActionState } from '../domain/lifecycle.js'
import type { Page } from '../domain/page.js'
import { makeCursor, readCursor } from './cursors.js'
import { examinedLimit } from './pages.js'

interface AuditRow {
  readonly seq: number
  readonly id: string
  readonly kind: string
  readonly state: ActionState
  readonly requester: string
  readonly scheduledAt: number
  readonly principal: string
  readonly protocol: string
  readonly remoteAddress: string | null
  readonly cancelledAt: number | null
  readonly cancelPrincipal: string | null
  readonly cancelProtocol: string | null
  readonly cancelAddress: string | null
}

type Parameters = Record<keyof AuditFilter, string | number | null>

/**
 * Prepares the reading of who asked for what. Newest first by the order of scheduling; a page looks at a bounded number
 * of actions, as those of lists do. The inner limit bounds it: SQLite does not flatten a subquery that has one.
 */
export function createAudit (database: Database.Database): (query: AuditQuery) => Page<AuditEntry> {
  const storeId = database.prepare<[], string>('select id from store').pluck().get()!
  const pruned = database.prepare<[], number>('select pruned_action from store').pluck()
  const read = database.prepare<[Parameters & { after: number, examined: number, limit: number }], AuditRow>(`
    select a.seq, a.id, a.kind, a.state, a.requester, a.scheduled_at as scheduledAt, a.principal, a.protocol,
      a.remote_address as remoteAddress, c.at as cancelledAt, c.principal as cancelPrincipal,
      c.protocol as cancelProtocol, c.remote_address as cancelAddress
    from (
      select seq, id, kind, state, requester, scheduled_at, principal, protocol, remote_address
      from action where seq < @after order by seq desc limit @examined
    ) a left join cancellation c on c.action_seq = a.seq
    where (@kind is null or a.kind = @kind) and (${askedBy('a', 'scheduled_at')} or ${askedBy('c', 'at')})
    order by a.seq desc limit @limit`)
  const last = database.prepare<[number, number], number>(
    'select seq from action where seq < ? order by seq desc limit 1 offset ?').pluck()

  return ({ filter, limit, cursor }) => {
    const list = listName(filter)
    const after = cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor, storeId, list)
    const rows = read.all({ ...parametersOf(filter), after, examined: examinedLimit, limit: limit + 1 })
    const shown = rows.slice(0, limit)
    const place = rows.length > limit ? shown.at(-1)!.seq : last.get(after, examinedLimit - 1) ?? null
    return {
      items: shown.map(toEntry),
      next: place === null ? null : makeCursor(storeId, list, place),
      gap: cursor !== undefined && after <= (pruned.get() ?? 0) + 1
    }
  }
}

/** That what the filter says of who and when holds of one of the two. */
function askedBy (table: 'a' | 'c', at: string): string {
  const equal = ['principal', 'protocol', 'remote_address'].map(column => {
    const parameter = column.replace('_a', 'A')
    return `(@${parameter} is null or ${table}.${column} = @${parameter})`
  })
  const moment = `${table}.${at} is not null and (@since is null or ${table}.${at} >= @since) and (@until is null or ${table}.${at} < @until)`
  return `(${[...equal, moment].join(' and ')})`
}

function parametersOf ({ principal, protocol, remoteAddress, since, until, kind }: AuditFilter): Parameters {
  return {
    principal: principal ?? null,
    protocol: protocol ?? null,
    remoteAddress: remoteAddress ?? null,
    since: since ?? null,
    until: until ?? null,
    kind: kind ?? null
  }
}

/** A short name of the list, which binds its cursors to it. Not that of any list of actions. */
function listName (filter: AuditFilter): string {
  return createHash('sha256').update(JSON.stringify(['audit', parametersOf(filter)])).digest('hex').slice(0, 12)
}

function toEntry (row: AuditRow): AuditEntry {
  const { scheduledAt: at, principal, protocol, remoteAddress } = row
  return {
    actionId: row.id,
    kind: row.kind,
    state: row.state,
    requester: row.requester,
    scheduled: { at, principal, protocol, remoteAddress },
    cancelled: cancellationOf(row)
  }
}

function cancellationOf ({ cancelledAt: at, cancelPrincipal, cancelProtocol, cancelAddress }: AuditRow): Asked | null {
  if (at === null) return null
  return { at, principal: cancelPrincipal!, protocol: cancelProtocol!, remoteAddress: cancelAddress }
}
