import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
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
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  id: text('id').notNull().unique(),
  kind: text('kind').notNull(),
  lane: text('lane').notNull(),
  protocol: text('protocol').notNull(),
  principal: text('principal').notNull(),
  requester: text('requester').notNull(),
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
  args: text('args').notNull(),
  headers: text('headers').notNull(),
  statePayload: text('state_payload'),
  collector: text('collector')
}, table => [
  uniqueIndex('action_one_running').on(table.lane).where(sql`state = 'RUNNING'`),
  index('action_waiting').on(table.lane, table.seq).where(sql`state = 'NEW'`),
  index('action_listed').on(table.state, table.protocol, table.seq),
  index('action_ended').on(table.finishedAt).where(sql`finished_at is not null`)
])

export const transitionTable = sqliteTable('transition', {
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  actionSeq: integer('action_seq').notNull().references(() => actionTable.seq, { onDelete: 'cascade' }),
  at: integer('at').notNull(),
  state: text('state').$type<ActionState>().notNull(),
  payload: text('payload')
}, table => [index('transition_of_action').on(table.actionSeq)])

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
