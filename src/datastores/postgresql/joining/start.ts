import type { DataFolders } from './data-folder.js'
import type { Join } from './join.js'
import { rethrowSupervisor, sentenceOf } from './check.js'
import { refusal } from '../refusal.js'
import { lastLines } from '../server-control.js'
import { whyNotStreaming } from './standby.js'
import { PostgresqlError } from '../trouble.js'

/**
 * Starts the node's server, unless it runs: by its supervisor, where there is one, since a server that somebody else
 * has started is none of the supervisor's. Without one it is told its port, which the configuration that was cloned
 * with the data does not know.
 * @throws PostgresqlError; the signal's reason
 */
export async function startServer ({ context: { signal }, server, supervisor, port, folders }: Join): Promise<void> {
  if (supervisor !== null) await supervisor.start(signal).catch(rethrowSupervisor)
  else if (await server.pid(signal) === null) await server.start({ port, logFile: logFileOf(folders), signal })
}

/** How long a new standby may take until it streams. */
const limitMs = 10 * 60_000

/** Between two looks at it. */
const pollMs = 500

/**
 * Waits until the node's server streams from the primary, and reports what it waits for.
 * @throws PostgresqlError when it does not; the signal's reason
 */
export async function awaitStreaming (join: Join): Promise<void> {
  const { context: { signal, sleep }, server, connections, supervisor, primary, folders, report } = join
  const deadline = performance.now() + limitMs
  let told = ''
  for (;;) {
    const why = await whyNotStreaming(connections, primary.address).catch(sentenceOf)
    if (why === null) return
    if (why !== told) await report({ waiting: why })
    told = why
    if (supervisor === null && await server.pid(signal) === null) throw await endedAgain(logFileOf(folders))
    if (performance.now() > deadline) {
      const words = supervisor === null ? await lastLines(logFileOf(folders)) : []
      throw refusal(`The new standby was started, but does not stream from "${primary.name}". Its log says why.`, [why, ...words])
    }
    await sleep(pollMs)
  }
}

async function endedAgain (logFile: string): Promise<PostgresqlError> {
  return new PostgresqlError({
    sentence: `The new standby was started and has ended again. Its log, ${logFile}, says why.`,
    unavailable: true,
    layers: await lastLines(logFile),
    variant: null
  })
}

/** Where a server writes that no supervisor has started. */
function logFileOf ({ data }: DataFolders): string {
  return `${data}.log`
}
