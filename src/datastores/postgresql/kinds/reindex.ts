import { escapeIdentifier } from 'pg'
import { abortReason, done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import type { JsonObject } from '../../../domain/json.js'
import { dropLeftovers, findLeftovers } from '../leftover-indexes.js'
import type { ReindexScope } from '../leftover-indexes.js'
import { databaseSchema, findRelation, inSession, relationSchema } from '../maintenance.js'
import type { SqlParts } from '../maintenance.js'
import { applicationNameOf } from '../programs.js'
import { watched } from '../progress.js'
import type { Session } from '../session.js'
import { failedBy } from '../trouble.js'

interface ReindexArgs {
  readonly database?: string
  readonly table?: string
  readonly index?: string
  readonly schema?: string
  readonly concurrently?: boolean
}

/**
 * Makes the kind `postgresql.steward/reindex`. A concurrent run that is broken off leaves invalid indexes behind: a
 * resumed one drops them and begins again, a failed one names them.
 */
export function createReindexKind (parts: SqlParts): ActionKind<ReindexArgs> {
  return {
    kind: 'postgresql.steward/reindex',
    summary: 'Builds an index anew, or all of a table or a schema, and tells how far it is.',
    args: {
      type: 'object',
      properties: {
        database: databaseSchema,
        table: relationSchema('The table whose indexes are built anew.'),
        index: relationSchema('The index that is built anew.'),
        schema: { type: 'string', minLength: 1, maxLength: 63, description: 'The schema whose indexes are built anew; exactly its name.' },
        concurrently: { type: 'boolean', default: true, description: 'Whether writers go on meanwhile; it takes longer then, and twice the space.' }
      },
      allOf: [{
        description: 'Give exactly one of table, index and schema.',
        oneOf: [{ required: ['table'] }, { required: ['index'] }, { required: ['schema'] }]
      }],
      additionalProperties: false
    },
    example: { database: 'app', table: 'public.orders' },
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => reindex(context, parts)
  }
}

interface Target {
  /** As the statement has it: `TABLE "public"."orders"`. */
  readonly words: readonly [what: string, name: string]
  readonly scope: ReindexScope
}

async function reindex (context: KindContext<ReindexArgs>, parts: SqlParts): Promise<Outcome> {
  const { database, concurrently = true } = context.args
  let target: Target | null = null
  try {
    return await inSession({ parts, context, database }, async session => {
      target = await findTarget(session, context.args)
      const { words: [what, name], scope } = target
      const sql = ['REINDEX', what, ...concurrently ? ['CONCURRENTLY'] : [], name].join(' ')
      const work = async (): Promise<string[]> => {
        const dropped = context.resumed ? await dropLeftovers(session, scope) : []
        await session.query(sql)
        return dropped
      }
      const dropped = await watched({ session, work, connections: parts.connections, views: ['index'], context })
      return done({ target: `${what.toLowerCase()} ${name}`, concurrently, dropped_leftovers: dropped })
    })
  } catch (error) {
    const { signal } = context
    if (target === null || !concurrently || (signal.aborted && abortReason(signal) === 'shutdown')) return failedBy(error)
    const left = await describeLeft({ context, parts, target })
    return signal.aborted ? failed('The reindexing was cancelled.', { reason: 'cancelled', more: left }) : failedBy(error, left)
  }
}

async function findTarget (session: Session, { table, index, schema }: ReindexArgs): Promise<Target> {
  if (table !== undefined) {
    const { oid, name } = await findRelation(session, { name: table, kind: 'table' })
    return { words: ['TABLE', name], scope: { table: oid, index: null, schema: null } }
  }
  if (index !== undefined) {
    const { oid, name } = await findRelation(session, { name: index, kind: 'index' })
    return { words: ['INDEX', name], scope: { table: null, index: oid, schema: null } }
  }
  const name = schema ?? ''
  return { words: ['SCHEMA', escapeIdentifier(name)], scope: { table: null, index: null, schema: name } }
}

/** How long looking for what is left may take. */
const lookMs = 10_000

/** What a failed run has left, as fields of its payload. */
async function describeLeft ({ context, parts, target }:
{ context: KindContext<ReindexArgs>, parts: SqlParts, target: Target }): Promise<JsonObject> {
  try {
    // With a signal of its own: that of the run may be what has ended it.
    const names = await parts.connections.withSession({
      applicationName: applicationNameOf(context.action),
      database: context.args.database ?? parts.database,
      signal: AbortSignal.timeout(lookMs)
    }, session => findLeftovers(session, target.scope))
    return {
      invalid_indexes: names,
      advice: names.length === 0 ? null : `Run the action again as a new one after these: ${names.map(name => `DROP INDEX CONCURRENTLY ${name};`).join(' ')}`
    }
  } catch {
    return {
      invalid_indexes: null,
      advice: 'Invalid indexes may be left, whose names end in _ccnew or _ccold: \\d of the table shows them as INVALID. Drop them with DROP INDEX CONCURRENTLY.'
    }
  }
}
