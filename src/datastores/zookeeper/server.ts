import type { JsonObject } from '../../domain/json.js'
import { askAdmin, parseServerStats, type AdminAnswer, type AdminQuestion } from './admin.js'
import { askFourLetter, type FourLetterQuestion } from './four-letter.js'
import type { ZookeeperSettings } from './settings.js'
import { parseSrvr } from './srvr.js'
import type { ServerState } from './state.js'
import { WordRefused, ZookeeperTrouble } from './trouble.js'

/** A ZooKeeper server that can be asked. Nothing is kept open between questions. */
export interface ZookeeperServer {
  /**
   * How the server is. Callers that ask at the same time share one answer.
   * @throws ZookeeperTrouble when it cannot tell
   */
  state (): Promise<ServerState>
  /** The id that the server has in its ensemble, `0` outside of one; null when it does not tell. */
  id (): Promise<string | null>
  /** Ends the questions that have not been answered. */
  close (): void
}

interface ServerOptions {
  readonly settings: ZookeeperSettings
  /** Milliseconds that an answer may take. */
  readonly limitMs: number
}

/** Makes the server; asks nothing yet. */
export function createServer ({ settings, limitMs }: ServerOptions): ZookeeperServer {
  const open = new Set<AbortController>()
  let asked: Promise<ServerState> | null = null

  async function limited<T> (question: Question<T>): Promise<T> {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      controller.abort(new ZookeeperTrouble(`no answer within ${Math.round(limitMs)} ms`))
    }, limitMs)
    open.add(controller)
    try {
      return await ask(question, { settings, signal: controller.signal })
    } finally {
      clearTimeout(timer)
      open.delete(controller)
    }
  }

  return {
    async state () {
      asked ??= limited(stateQuestion).finally(() => { asked = null })
      return await asked
    },
    async id () {
      try {
        return await limited(idQuestion)
      } catch (error) {
        if (error instanceof ZookeeperTrouble) return null
        throw error
      }
    },
    close () {
      for (const controller of open) controller.abort(new ZookeeperTrouble('the agent stops'))
    }
  }
}

/** A question, in the words of both ways to ask it. */
interface Question<T> {
  readonly word: FourLetterQuestion['word']
  readonly read: (answer: string) => T
  readonly command: AdminQuestion['command']
  readonly readInstead: (answer: AdminAnswer, settings: ZookeeperSettings) => T
}

const stateQuestion: Question<ServerState> = {
  word: 'srvr', read: parseSrvr, command: 'server_stats', readInstead: parseServerStats
}

/** What does not serve tells no id. */
const idQuestion: Question<string | null> = {
  word: 'conf',
  read: answer => /^serverId=(\d+)$/m.exec(answer)?.[1] ?? null,
  command: 'configuration',
  readInstead: ({ value }, settings) =>
    typeof value.server_id === 'number' && isOfServer(value, settings) ? String(value.server_id) : null
}

/** False for the admin server of another ZooKeeper server of this machine: all of them want the same port. */
function isOfServer ({ client_port: port }: JsonObject, settings: ZookeeperSettings): boolean {
  return !settings.four_letter_words || typeof port !== 'number' || port === settings.port
}

interface Asking {
  readonly settings: ZookeeperSettings
  readonly signal: AbortSignal
}

/**
 * By a four-letter word; by the admin server where words are not to be asked, or this one is refused: a server allows
 * `srvr` alone unless its configuration says otherwise.
 */
async function ask<T> (question: Question<T>, { settings, signal }: Asking): Promise<T> {
  const { host, port, four_letter_words: words, admin_url: url } = settings
  let refusal = 'datastore.zookeeper.four_letter_words is false'
  if (words) {
    try {
      return question.read(await askFourLetter({ word: question.word, host, port, signal }))
    } catch (error) {
      if (!(error instanceof WordRefused)) throw error
      refusal = error.message
    }
  }
  if (url === null) throw new ZookeeperTrouble(`${refusal}, and datastore.zookeeper.admin_url is not set`)
  return question.readInstead(await askAdmin({ command: question.command, url, signal }), settings)
}
