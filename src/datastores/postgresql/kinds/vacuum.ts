import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { databaseSchema, findRelation, passedOver, performInSession, relationSchema, sizeOf } from '../maintenance.js'
import type { SqlParts } from '../maintenance.js'
import { watched } from '../progress.js'
import type { Session } from '../session.js'

interface VacuumArgs {
  readonly database?: string
  readonly table?: string
  readonly full?: boolean
  readonly analyze?: boolean
  readonly freeze?: boolean
}

/** Makes the kind `postgresql.steward/vacuum`. Readers and writers go on meanwhile, unless it is a full one. */
export function createVacuumKind (parts: SqlParts): ActionKind<VacuumArgs> {
  return {
    kind: 'postgresql.steward/vacuum',
    summary: 'Frees the space of dead rows in one table, or in all tables of a database, and tells how far it is.',
    args: {
      type: 'object',
      properties: {
        database: databaseSchema,
        table: relationSchema('The table. Default: all of the database.'),
        full: { type: 'boolean', default: false, description: 'Whether tables are rewritten, so that the space goes back to the disk. Nobody can use a table meanwhile.' },
        analyze: { type: 'boolean', default: false, description: 'Whether the statistics for the planner are made anew too.' },
        freeze: { type: 'boolean', default: false, description: 'Whether all rows are frozen, however young they are.' }
      },
      additionalProperties: false
    },
    example: { database: 'app', table: 'public.orders', analyze: true },
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => performInSession({ parts, context, database: context.args.database },
      session => vacuum({ session, context, parts }))
  }
}

async function vacuum ({ session, context, parts: { connections } }:
{ session: Session, context: KindContext<VacuumArgs>, parts: SqlParts }): Promise<Outcome> {
  const { table, full = false, analyze = false, freeze = false } = context.args
  const relation = table === undefined ? null : await findRelation(session, { name: table, kind: 'table' })
  const words = [...full ? ['FULL'] : [], ...freeze ? ['FREEZE'] : [], ...analyze ? ['ANALYZE'] : []]
  const options = words.length === 0 ? '' : ` (${words.join(', ')})`
  const bytes = await watched({
    session,
    // To ask for the size can mean to wait for a lock too.
    async work () {
      const before = await sizeOf(session, relation)
      await session.query(`VACUUM${options} ${relation?.name ?? ''}`)
      return { before, after: await sizeOf(session, relation) }
    },
    connections,
    views: [full ? 'rewrite' : 'vacuum', ...analyze ? ['analyze' as const] : []],
    context
  })
  const passed = passedOver(session)
  if (relation !== null && passed.count > 0) {
    return failed('The role of the agent may not vacuum this table. Make it the owner, or a superuser.', { layers: passed.examples, variant: '42501' })
  }
  const payload = { table: relation?.name ?? null, bytes_before: bytes.before, bytes_after: bytes.after }
  return done({ ...payload, passed_over: passed })
}
