import type { AgentInfo, NodeInfo } from '../domain/info.js'
import type { Logger } from '../domain/log.js'
import type { Datastore } from '../domain/ports/datastore.js'
import type { Inspector } from '../domain/ports/inspector.js'
import { Problem } from '../domain/problem.js'
import { withoutCredentials } from './credentials.js'

/** What an inspector is made of. */
export interface InspectorDeps {
  readonly datastore: Datastore
  readonly agent: AgentInfo
  /** How long the datastore may take for one answer. */
  readonly timeoutMs: number
  readonly log: Logger
}

type Question = 'node' | 'cluster' | 'version' | 'shards'

/**
 * Asks the datastore on behalf of every protocol. Each answer comes within the time limit; equal questions asked at
 * the same time share one; what is said of a failure never holds a credential.
 */
export function createInspector ({ datastore, agent, timeoutMs, log }: InspectorDeps): Inspector {
  const pending = new Map<Question, Promise<unknown>>()
  const down = new Set<Question>()
  let lastNode: NodeInfo | null = null

  /** Shares what is asked already. A call that hangs is shared no longer than the limit: the next one is made anew. */
  const ask = <T>(question: Question, call: () => Promise<T>): Promise<T> => {
    const shared = pending.get(question)
    if (shared !== undefined) return shared as Promise<T>
    const answer = within(timeoutMs, call)
      .then(value => { recovered(question); return value }, (error: unknown) => { throw failed(question, error) })
      .finally(() => pending.delete(question))
    pending.set(question, answer)
    return answer
  }

  const failed = (question: Question, error: unknown): Problem => {
    const problem = unavailable(error)
    // Said once: managers poll.
    if (!down.has(question)) {
      log.warn({ datastore: datastore.kind, question, reason: problem.message }, 'the datastore does not answer')
    }
    down.add(question)
    return problem
  }

  const recovered = (question: Question): void => {
    if (down.delete(question)) log.info({ datastore: datastore.kind, question }, 'the datastore answers again')
  }

  const node = async (): Promise<NodeInfo> => {
    try {
      const answer = await ask('node', () => datastore.node())
      const { statusReason } = answer
      lastNode = { ...answer, statusReason: statusReason === null ? null : withoutCredentials(statusReason) }
      return lastNode
    } catch (error) {
      const { id, addresses } = lastNode ?? { id: 'unknown', addresses: {} }
      return { id, addresses, status: 'UNAVAILABLE', statusReason: (error as Problem).message, attributes: {} }
    }
  }

  return {
    agent: () => agent,
    datastoreKind: datastore.kind,
    node,
    cluster: () => ask('cluster', () => datastore.cluster()),
    version: () => ask('version', () => datastore.version()),
    shards: () => ask('shards', () => datastore.shards())
  }
}

/** The call's answer, or an error when the limit is over first. The call itself goes on: drivers have limits too. */
async function within<T> (ms: number, call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Error(`no answer within ${ms} ms`)) }, ms)
  })
  try {
    return await Promise.race([call(), limit])
  } finally {
    clearTimeout(timer)
  }
}

/** The error as a `datastore-unavailable` without credentials. */
function unavailable (error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error)
  const safe = withoutCredentials(message)
  if (error instanceof Problem && error.code === 'datastore-unavailable' && safe === message) return error
  return new Problem('datastore-unavailable', { params: { reason: safe } })
}
