import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { ActionState } from '../domain/lifecycle.js'

/**
 * The tables as drizzle sees them: types of rows and typed reads. `migrations/` is what builds them, with what drizzle
 * cannot say (STRICT, triggers); a test compares the two.
 */
export const storeTable = sqliteTable('store', {
  onlyRow: integer('only_row').primaryKey(),
  id: text('id').notNull(),
  prunedAction: integer('pruned_action').notNull().default(0),
  prunedTransition: integer('pruned_transition').notNull().default(0)
}, table => [check('store_check_1', sql`${table.onlyRow} = 1`)])

export const actionTable = sqliteTable('action', {
  seq: integer('seq').primaryKey(),
  id: text('id').notNull().unique(),
  kind: text('kind').notNull(),
  lane: text('lane').notNull(),
  protocol: text('protocol').notNull(),
  principal: text('principal').notNull(),
  requester: text('requester').notNull(),
  remoteAddress: text('remote_address'),
  state: text('state').$type<ActionState>().notNull(),
  createdAt: integer('created_at').notNull(),
  scheduledAt: integer('scheduled_at').notNull(),
  startedAt: integer('started_at'),
  finishedAt: integer('finished_at'),
  cancelRequestedAt: integer('cancel_requested_at'),
  updatedAt: integer('updated_at').notNull(),
  interruptions: integer('interruptions').notNull().default(0),
  suspendedAt: integer('suspended_at'),
  progressEntries: integer('progress_entries').notNull().default(0),
  historyBytes: integer('history_bytes').notNull().default(0),
  version: integer('version').notNull().default(1),
  collector: text('collector'),
  lastTransition: integer('last_transition').notNull(),
  args: text('args').notNull(),
  headers: text('headers').notNull(),
  statePayload: text('state_payload'),
  requestId: text('request_id'),
  traceparent: text('traceparent'),
  tracestate: text('tracestate')
}, table => [
  index('action_open').on(table.lane, table.seq).where(sql`finished_at is null`),
  index('action_unfinished').on(table.protocol, table.seq).where(sql`finished_at is null`),
  index('action_finished').on(table.state, table.protocol, table.seq, table.finishedAt).where(sql`finished_at is not null`)
])

export const transitionTable = sqliteTable('transition', {
  seq: integer('seq').primaryKey(),
  actionSeq: integer('action_seq').notNull(),
  previous: integer('previous'),
  at: integer('at').notNull(),
  state: text('state').$type<ActionState>().notNull(),
  payload: text('payload')
})

export const cancellationTable = sqliteTable('cancellation', {
  actionSeq: integer('action_seq').primaryKey().references(() => actionTable.seq, { onDelete: 'cascade' }),
  at: integer('at').notNull(),
  principal: text('principal').notNull(),
  protocol: text('protocol').notNull(),
  remoteAddress: text('remote_address').notNull()
})

export const outcomeTable = sqliteTable('outcome', {
  collector: text('collector').notNull(),
  transitionSeq: integer('transition_seq').notNull(),
  actionSeq: integer('action_seq').notNull().references(() => actionTable.seq, { onDelete: 'cascade' })
}, table => [
  primaryKey({ columns: [table.collector, table.transitionSeq] }),
  index('outcome_of_action').on(table.actionSeq)
])

/** A row of `action`. */
export type ActionRow = typeof actionTable.$inferSelect
