import { isJsonObject } from '../../../domain/json.js'
import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { performInSession } from '../maintenance.js'
import type { SqlParts } from '../maintenance.js'
import type { Session } from '../session.js'

interface PromoteArgs {
  readonly wait_seconds?: number
}

/** As pg_promote has it. */
const defaultSeconds = 60

/** Makes the kind `postgresql.steward/promote`. Needs EXECUTE on pg_promote where the role is no superuser. */
export function createPromoteKind (parts: SqlParts): ActionKind<PromoteArgs> {
  return {
    kind: 'postgresql.steward/promote',
    summary: 'Makes a PostgreSQL standby the primary; does nothing where it is one already.',
    args: {
      type: 'object',
      properties: {
        wait_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3600,
          default: defaultSeconds,
          description: 'How long to wait until it takes writes.'
        }
      },
      additionalProperties: false
    },
    example: { wait_seconds: 60 },
    timeoutMs: null,
    onInterrupt: 'resume',
    refuseCancel: ({ statePayload }) => isJsonObject(statePayload) && statePayload['stage'] === 'promote'
      ? 'The server has been told to promote itself, which cannot be taken back.'
      : null,
    run: context => performInSession({ parts, context }, session => promote(session, context))
  }
}

async function promote (session: Session, { args, action, progress }: KindContext<PromoteArgs>): Promise<Outcome> {
  const told = isJsonObject(action.statePayload) && action.statePayload['stage'] === 'promote'
  if (!await isInRecovery(session)) {
    return done({ ...await describePrimary(session), message: told ? 'promoted' : 'it was the primary already' })
  }
  const seconds = args.wait_seconds ?? defaultSeconds
  if (!told) await progress({ stage: 'promote' })
  await session.query('select pg_promote(true, $1)', [seconds])
  if (!await isInRecovery(session)) return done({ ...await describePrimary(session), message: 'promoted' })
  return failed(
    `The server was told to promote itself, and is still a standby after ${seconds} s. It may still become the primary; its log says what it waits for.`,
    { layers: session.warnings.map(({ message }) => message), more: { in_recovery: true } }
  )
}

async function isInRecovery (session: Session): Promise<boolean> {
  const [row] = await session.query<{ in_recovery: boolean }>('select pg_is_in_recovery() as in_recovery')
  return row?.in_recovery === true
}

async function describePrimary (session: Session): Promise<{ in_recovery: false, timeline: number | null }> {
  const [row] = await session.query<{ timeline: number }>(
    "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int as timeline")
  return { in_recovery: false, timeline: row?.timeline ?? null }
}
