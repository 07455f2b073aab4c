import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { databaseSchema, findRelation, passedOver, performInSession, relationSchema } from '../maintenance.js'
import type { SqlParts } from '../maintenance.js'
import { watched } from '../progress.js'
import type { Session } from '../session.js'

interface AnalyzeArgs {
  readonly database?: string
  readonly table?: string
}

/** Makes the kind `postgresql.steward/analyze`. */
export function createAnalyzeKind (parts: SqlParts): ActionKind<AnalyzeArgs> {
  return {
    kind: 'postgresql.steward/analyze',
    summary: 'Makes the statistics that PostgreSQL plans queries with anew, for one table or for all tables of a database.',
    args: {
      type: 'object',
      properties: { database: databaseSchema, table: relationSchema('The table. Default: all of the database.') },
      additionalProperties: false
    },
    example: { database: 'app' },
    timeoutMs: null,
    onInterrupt: 'resume',
    run: context => performInSession({ parts, context, database: context.args.database },
      session => analyze({ session, context, parts }))
  }
}

async function analyze ({ session, context, parts: { connections } }:
{ session: Session, context: KindContext<AnalyzeArgs>, parts: SqlParts }): Promise<Outcome> {
  const { table } = context.args
  const relation = table === undefined ? null : await findRelation(session, { name: table, kind: 'analyzable' })
  const work = (): Promise<unknown> => session.query(`ANALYZE ${relation?.name ?? ''}`)
  await watched({ session, work, connections, views: ['analyze'], context })
  const passed = passedOver(session)
  if (relation !== null && passed.count > 0) {
    return failed('The role of the agent may not analyze this table. Make it the owner, or a superuser.', { layers: passed.examples, variant: '42501' })
  }
  return done({ table: relation?.name ?? null, passed_over: passed })
}
