import type { KindContext } from '../../domain/kind.js'
import type { Connections } from './connections.js'
import { applicationNameOf, programError } from './programs.js'
import type { Programs, ServerAddress } from './programs.js'

/** How far a copy is, as the server tells it. */
export interface CopyNews {
  /** In the server's words: https://www.postgresql.org/docs/15/progress-reporting.html (28.4.5) */
  readonly phase: string
  readonly bytesDone: number
  /** An estimate, which grows where the copy does; null before there is one. */
  readonly bytesTotal: number | null
}

/** The server that is copied. */
export interface CopySource {
  readonly address: ServerAddress
  readonly connections: Pick<Connections, 'query'>
}

/** One run of pg_basebackup. */
export interface CopyOptions {
  readonly programs: Programs
  readonly source: CopySource
  readonly context: Pick<KindContext, 'action' | 'signal' | 'sleep'>
  /** The arguments beside those of the connection. */
  readonly args: readonly string[]
  /** Whether the copy is to belong to the system user of the server. */
  readonly asServerUser: boolean
  readonly onNews: (news: CopyNews) => Promise<void>
}

/** Between two looks at the progress. */
const pollMs = 500

/**
 * Copies a server with pg_basebackup, which fetches the write-ahead log by a second connection meanwhile. Resolves
 * when the copy is complete and on disk.
 * @throws PostgresqlError when it fails; the signal's reason, or what `onNews` throws, after the program has been ended
 */
export async function copyServer (options: CopyOptions): Promise<void> {
  const { programs, source, context: { action, signal, sleep }, args, asServerUser, onNews } = options
  const applicationName = applicationNameOf(action)
  const broken = new AbortController()
  const program = { over: false }
  const copying = programs.run('pg_basebackup', {
    // What is left of a copy is removed by the kind: the program, when it fails late, could hit upon the next one's.
    args: ['--progress', '--no-clean', '--wal-method=stream', ...args],
    asServerUser,
    signal: AbortSignal.any([signal, broken.signal]),
    connection: { server: source.address, applicationName }
  }).finally(() => { program.over = true })
  try {
    while (!program.over) {
      const news = await askProgress(source, applicationName)
      if (news !== null) await onNews(news)
      await Promise.race([copying, sleep(pollMs)])
    }
  } catch (error) {
    broken.abort()
    await copying.catch(() => {})
    throw error
  }
  const result = await copying
  if (result.exitCode === 0) return
  throw programError('The server could not be copied: pg_basebackup failed, and its words say why.', result)
}

interface ProgressRow { readonly phase: string, readonly streamed: string, readonly total: string | null }

/** Null where there is nothing to tell; also where the server does not answer, which the program meets as well. */
async function askProgress ({ connections }: CopySource, applicationName: string): Promise<CopyNews | null> {
  const [row] = await connections.query<ProgressRow>(`
    select p.phase, p.backup_streamed as streamed, p.backup_total as total
    from pg_stat_progress_basebackup p join pg_stat_activity a using (pid)
    where a.application_name = $1 and p.phase is not null`, [applicationName]).catch(() => [])
  if (row === undefined) return null
  const { phase, streamed, total } = row
  return { phase, bytesDone: Number(streamed), bytesTotal: total === null ? null : Number(total) }
}

/** How many reports of one copy there are about, beside one for each phase. */
const reports = 200

/** The least that a report is worth where the whole is small, or not known yet. */
const leastBytes = 1024 * 1024

/**
 * Thins out the news of a copy: tells of each phase, and of bytes in about two hundred steps. What an earlier run has
 * `reached`, in bytes, is not told again: under a copy that never gets further an agent must not die for ever.
 */
export function thinNews (tell: (news: CopyNews) => Promise<void>, reached: number): (news: CopyNews) => Promise<void> {
  let last: CopyNews | null = null
  return async news => {
    const step = Math.max(leastBytes, (news.bytesTotal ?? 0) / reports)
    const isNews = last === null || last.phase !== news.phase || news.bytesDone >= last.bytesDone + step
    if (!isNews || news.bytesDone <= reached) return
    last = news
    await tell(news)
  }
}

/** The schema of an argument that limits how fast the server is copied. */
export const copySpeed = {
  type: 'integer',
  minimum: 32 * 1024,
  maximum: 1024 ** 3,
  description: 'How many bytes are copied in a second at most. Default: as many as can be.'
} as const

/** The arguments of pg_basebackup for a speed; the program counts in KiB. */
export function speedArgs (bytesPerSecond: number | undefined): string[] {
  return bytesPerSecond === undefined ? [] : [`--max-rate=${Math.floor(bytesPerSecond / 1024)}k`]
}
