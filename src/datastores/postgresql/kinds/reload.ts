import { done, failed, noArgs } from '../../../domain/kind.js'
import type { ActionKind, Outcome } from '../../../domain/kind.js'
import type { Connections } from '../connections.js'
import { failedBy, PostgresqlError } from '../trouble.js'

/**
 * Makes the kind `postgresql.steward/reload`. A file with an error is not taken over at all, and the server says that
 * only in its log: so the files are looked at, which needs a superuser, or EXECUTE on pg_show_all_file_settings and
 * pg_hba_file_rules with SELECT on their views.
 */
export function createReloadKind ({ connections }: { connections: Pick<Connections, 'query'> }): ActionKind {
  return {
    kind: 'postgresql.steward/reload',
    summary: 'Makes PostgreSQL read its configuration files anew, and fails with the lines that it cannot read.',
    args: noArgs,
    example: {},
    timeoutMs: null,
    onInterrupt: 'resume',
    async run ({ signal }) {
      signal.throwIfAborted()
      try {
        return await reload(connections)
      } catch (error) {
        return failedBy(error)
      }
    }
  }
}

/** A type, since payloads are JSON objects. */
type FileLine = { file: string | null, line: number, setting: string | null, error: string }

/** `needs_restart`: the setting is right, or cannot be told from one, and counts from the next start on. */
type FileRow = FileLine & { needs_restart: boolean }

/** A setting that needs a restart is told as an error too; from a wrong value of such a setting nothing tells it. */
const settingsSql = `
  select f.sourcefile as file, f.sourceline as line, f.name as setting, error,
    coalesce(s.context = 'postmaster', false) as needs_restart
  from pg_file_settings f left join pg_settings s on s.name = f.name where error is not null order by seqno limit 100`

const rulesSql = `
  select current_setting('hba_file', true) as file, line_number as line, null as setting, error, false as needs_restart
  from pg_hba_file_rules where error is not null order by line_number limit 100`

async function reload ({ query }: Pick<Connections, 'query'>): Promise<Outcome> {
  await query('select pg_reload_conf()')
  const looks = await Promise.all([settingsSql, rulesSql].map(sql => query<FileRow>(sql).catch(unseen)))
  const rows = looks.flatMap(rows => rows ?? [])
  const errors = rows.filter(row => !row.needs_restart).map(({ needs_restart: _not, ...line }): FileLine => line)
  const payload = {
    checked: looks.every(rows => rows !== null),
    restart_needed: rows.filter(row => row.needs_restart).map(({ setting }) => setting)
  }
  if (errors.length === 0) return done(payload)
  return failed('PostgreSQL has not taken over a file of its configuration, which has errors. Correct the lines, and reload again.', {
    layers: errors.map(({ file, line, error }) => `${file ?? 'the configuration'}, line ${line}: ${error}`),
    more: { ...payload, errors }
  })
}

/** A role that may reload need not be allowed to read the files. */
function unseen (error: unknown): null {
  if (error instanceof PostgresqlError && error.trouble.variant === '42501') return null
  throw error
}
