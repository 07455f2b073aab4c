import { AgentRefusal, AgentUnreachable } from './errors.js'

/** What a call of the API comes to. */
export interface Answer<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

interface Read<T> {
  readonly data: T | undefined
  readonly response: Response
}

/** Reads answers. */
export interface Reader {
  /** The data of an answer, none of a 304, and what came with it. */
  answer<T> (call: Promise<Answer<T>>): Promise<Read<T>>
  /** The data, which has to have the field: else what answered is no agent. */
  dataOf<T extends object> (call: Promise<Answer<T>>, field: string & keyof T): Promise<T>
  /** The same for data that was read before. */
  checked<T extends object> (data: T | undefined, field: string & keyof T): T
  /** What is thrown where something else than an agent answers. */
  noSteward (): AgentUnreachable
}

/** Reads answers: throws what is none, or a refusal. */
export function createReader (url: string): Reader {
  const noSteward = (): AgentUnreachable => new AgentUnreachable(url, new Error('what answers there is no Steward'))

  async function answer<T> (call: Promise<Answer<T>>): Promise<Read<T>> {
    const { data, error, response } = await call.catch((trouble: unknown) => {
      throw trouble instanceof SyntaxError ? noSteward() : trouble
    })
    if (!response.ok && response.status !== 304) throw new AgentRefusal(response, error)
    return { data, response }
  }

  function checked<T extends object> (data: T | undefined, field: string & keyof T): T {
    // Whatever the types say: it is what somebody has sent.
    const received: unknown = data
    if (data === undefined || typeof received !== 'object' || received === null || !Object.hasOwn(received, field)) throw noSteward()
    return data
  }

  return { answer, checked, noSteward, dataOf: async (call, field) => checked((await answer(call)).data, field) }
}
