import { done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { ownApplicationName } from '../connections.js'
import type { Connections } from '../connections.js'
import { failedBy } from '../trouble.js'

interface TerminateArgs {
  readonly database?: string
  readonly user?: string
  readonly application_name?: string
  readonly state?: string
  readonly idle_seconds?: number
}

interface TerminateParts {
  readonly connections: Pick<Connections, 'query'>
}

const text = (description: string): object => ({ type: 'string', maxLength: 63, description })

/** How long to wait until those that were told to end have ended, and between two looks at them. */
const endingMs = 10_000
const lookMs = 100

/**
 * Makes the kind `postgresql.steward/terminate-backends`. It ends connections of clients alone: never those of
 * replication or of Steward, nor, where the role is no superuser, those of superusers. Needs pg_signal_backend for
 * connections of other roles, and pg_monitor to see what they do.
 */
export function createTerminateBackendsKind (parts: TerminateParts): ActionKind<TerminateArgs> {
  return {
    kind: 'postgresql.steward/terminate-backends',
    summary: 'Ends the connections of PostgreSQL clients that all of the given filters fit.',
    args: {
      type: 'object',
      properties: {
        database: text('Those connected to this database.'),
        user: text('Those of this role.'),
        application_name: text('Those with exactly this application name.'),
        state: {
          enum: ['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)', 'fastpath function call', 'disabled'],
          description: 'Those in this state.'
        },
        idle_seconds: { type: 'integer', minimum: 0, maximum: 31_536_000, description: 'Those that have done nothing for so long.' }
      },
      minProperties: 1,
      additionalProperties: false
    },
    example: { database: 'app', state: 'idle in transaction', idle_seconds: 600 },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run (context) {
      context.signal.throwIfAborted()
      try {
        return await terminate(context, parts)
      } catch (error) {
        return failedBy(error)
      }
    }
  }
}

/**
 * A process id may be used again by another connection; together with its beginning, as text since it has microseconds,
 * it is one connection's own. To end those of a superuser is `refused` to other roles.
 */
type Backend = { pid: number, since: string, refused: boolean }

const findSql = `
  select pid, backend_start::text as since,
    not current_setting('is_superuser')::boolean and coalesce(rolsuper, false) as refused
  from pg_stat_activity a left join pg_roles r on r.oid = a.usesysid
  where backend_type = 'client backend' and pid <> pg_backend_pid()
    and not (usename = session_user and (application_name = $6 or application_name like $6 || ' %'))
    and ($1::text is null or datname = $1) and ($2::text is null or usename = $2)
    and ($3::text is null or application_name = $3) and ($4::text is null or state = $4)
    and ($5::int is null or (state like 'idle%' and state_change <= clock_timestamp() - make_interval(secs => $5)))
  order by pid`

/** Whether the rest of the filters fits, and whether it is a client at all, a role without pg_monitor is not told. */
const hiddenSql = `
  select from pg_stat_activity
  where backend_type is null and datname is not null and usename is not null
    and ($1::text is null or datname = $1) and ($2::text is null or usename = $2)
    and ($3::text is null or application_name = $3)
  limit 1`

const terminateSql = `
  select pid, backend_start::text as since, pg_terminate_backend(pid)
  from pg_stat_activity join unnest($1::int[], $2::text[]) as found (pid, since) using (pid)
  where backend_start::text = found.since`

const remainingSql = `
  select pid from pg_stat_activity join unnest($1::int[], $2::text[]) as found (pid, since) using (pid)
  where backend_start::text = found.since`

async function terminate ({ args, sleep }: KindContext<TerminateArgs>, parts: TerminateParts): Promise<Outcome> {
  const { connections: { query } } = parts
  const { database, user, application_name: name, state, idle_seconds: idle } = args
  if ((await query(hiddenSql, [database, user, name])).length > 0) {
    return failed('The role of the agent may not see what connections of other roles do, so none was ended. Grant it pg_monitor.', { variant: '42501' })
  }
  const backends = await query<Backend>(findSql, [database, user, name, state, idle, ownApplicationName])
  const found = backends.filter(backend => !backend.refused)
  const refused = backends.filter(backend => backend.refused).map(({ pid }) => pid)
  if (found.length === 0 && refused.length > 0) {
    return failed('These connections belong to superusers, whom only a superuser may end.', {
      variant: '42501', more: { terminated: 0, pids: [], refused }
    })
  }
  const which = [found.map(({ pid }) => pid), found.map(({ since }) => since)]
  await query(terminateSql, which)

  const deadline = performance.now() + endingMs
  for (;;) {
    const remaining = (await query<{ pid: number }>(remainingSql, which)).map(({ pid }) => pid)
    const pids = found.map(({ pid }) => pid).filter(pid => !remaining.includes(pid))
    const payload = { terminated: pids.length, pids, refused }
    if (remaining.length === 0) return done(payload)
    if (performance.now() > deadline) {
      return failed(`${remaining.length} of the connections have been told to end and have not, for ${endingMs / 1000} s.`, { more: { ...payload, remaining } })
    }
    await sleep(lookMs)
  }
}
