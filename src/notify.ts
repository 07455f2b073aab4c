import { execFile } from 'node:child_process'
import type { Logger } from './domain/log.js'

/** How long one message may take. systemd-notify itself waits at most five seconds for systemd to have read it. */
const messageLimitMs = 10_000

/** How long opening the database may take: a migration rewrites it, half a minute for a million actions. */
const openingLimitMs = 30 * 60_000

/** What stopping takes beyond what running actions get: each part has a limit of its own (`stopLimitMs`). */
const stopReserveMs = 30_000

/** Tells the service manager that started the process how it is, as sd_notify(3) has it. */
export interface ServiceManager {
  /** The database is about to be opened, which may take its time. */
  opening (): void
  /**
   * The agent is ready. From here on the watchdog is told as often as the service manager wants, by a timer, so only
   * while the event loop turns, and only while `alive` says so.
   */
  ready (state: { readonly status: () => string, readonly alive: () => boolean }): void
  /** It has begun to stop, and running actions get `graceMs`. */
  stopping (graceMs: number): void
  /** Ends the watchdog. May be called twice. */
  close (): void
}

/**
 * Makes what tells the service manager that `NOTIFY_SOCKET` names, and takes the variables of this protocol out of the
 * environment: they are for this process, and not for the commands that it runs. It does nothing without that name.
 *
 * Node has no datagram sockets of the file system, so systemd-notify(1) speaks for it. Where that is missing or fails,
 * the log says so once, and nothing else happens.
 */
export function createServiceManager ({ env, log }: { env: NodeJS.ProcessEnv, log: Logger }): ServiceManager {
  const { socket, watchdogMs } = takeAddress(env)
  if (socket === null) return { opening () {}, ready () {}, stopping () {}, close () {} }
  const tell = createMessenger({ env: { PATH: env['PATH'], NOTIFY_SOCKET: socket }, log })
  let timer: NodeJS.Timeout | undefined
  return {
    opening: () => { tell('STATUS=Opening the database.', extension(openingLimitMs)) },
    ready ({ status, alive }) {
      tell('READY=1', `STATUS=${status()}`)
      if (watchdogMs === null) return
      timer = setInterval(() => { if (alive()) tell('WATCHDOG=1', `STATUS=${status()}`) }, watchdogMs / 2)
    },
    stopping: graceMs => { tell('STOPPING=1', 'STATUS=Stopping.', extension(graceMs + stopReserveMs)) },
    close: () => { clearInterval(timer) }
  }
}

/** What a status tells of an agent. */
export interface Told {
  /** Why it takes no actions, else null. */
  readonly actionsDisabled: string | null
  /** How many actions wait or run. */
  queueDepth (): number
}

/** How the agent is, in one line, for `systemctl status`. */
export function statusLine (url: string, agent: Told): string {
  const { actionsDisabled } = agent
  return `Listening on ${url}; ${actionsDisabled === null ? depthOf(agent) : `takes no actions: ${actionsDisabled}`}.`
}

/** A timer asks for it: what goes wrong with the database is told elsewhere, and must not end the process from here. */
function depthOf (agent: Told): string {
  try {
    return `${agent.queueDepth()} in the queue`
  } catch {
    return 'the queue cannot be read'
  }
}

/** Where the messages go, and within how many milliseconds the watchdog wants the next; null: it wants none of us. */
function takeAddress (env: NodeJS.ProcessEnv): { socket: string | null, watchdogMs: number | null } {
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: limit = '', WATCHDOG_PID: pid = '' } = env
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name]
  const watched = /^[1-9]\d{0,14}$/.test(limit) && (pid === '' || pid === String(process.pid))
  return { socket: socket === '' ? null : socket, watchdogMs: watched ? Number(limit) / 1000 : null }
}

/** Asks for more time than the unit gives, from now on. */
function extension (ms: number): string {
  return `EXTEND_TIMEOUT_USEC=${ms * 1000}`
}

/** Sends messages one after the other, so that none overtakes another. One that repeats what waits is left out. */
function createMessenger ({ env, log }: { env: NodeJS.ProcessEnv, log: Logger }): (...variables: string[]) => void {
  const waiting: string[][] = []
  let busy = false
  let failed = false

  const sent = (failure: string | null): void => {
    if (failure !== null && !failed) {
      failed = true
      log.warn({ reason: failure }, 'the service manager cannot be told how the agent is (systemd-notify)')
    }
    next()
  }

  const next = (): void => {
    const variables = waiting.shift()
    busy = variables !== undefined
    if (variables !== undefined) send({ variables, env, sent })
  }

  return (...variables) => {
    if (waiting.some(([first]) => first === variables[0])) return
    waiting.push(variables)
    if (!busy) next()
  }
}

interface Message {
  readonly variables: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Called once, with why it failed, else with null. */
  readonly sent: (failure: string | null) => void
}

/** Sends one message. It is on its way when this returns: what comes next may keep the event loop for minutes. */
function send ({ variables, env, sent }: Message): void {
  const options = { env, timeout: messageLimitMs, encoding: 'utf8' } as const
  try {
    execFile('systemd-notify', ['--', ...variables], options, (error, _stdout, stderr) => {
      sent(error === null ? null : stderr.trim() || error.message)
    })
  } catch (error) {
    // No memory for another process, for example.
    sent(error instanceof Error ? error.message : String(error))
  }
}
