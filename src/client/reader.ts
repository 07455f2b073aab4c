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
  dataOf<T> (call: Promise<Answer<T>>): Promise<T>
}

/** Reads answers: throws what is none, or a refusal. */
export function createReader (url: string): Reader {
  async function answer<T> (call: Promise<Answer<T>>): Promise<Read<T>> {
    const { data, error, response } = await call.catch((trouble: unknown) => {
      throw trouble instanceof SyntaxError ? new AgentUnreachable(url, new Error('what answers there is no Steward')) : trouble
    })
    if (!response.ok && response.status !== 304) throw new AgentRefusal(response, error)
    return { data, response }
  }
  return {
    answer,
    dataOf: async <T>(call: Promise<Answer<T>>): Promise<T> => present((await answer(call)).data)
  }
}

/** @throws Error where an answer that has to have a body has none */
export function present<T> (data: T | undefined): T {
  if (data === undefined) throw new Error('the answer has no body')
  return data
}
