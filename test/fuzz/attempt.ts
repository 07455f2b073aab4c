import { createOracle, type Oracle } from './oracle.js'
import { faultsOfAnswer } from './laws.js'
import { prepare, type Prepared } from './outgoing.js'
import type { Plan } from './requests.js'
import type { Incoming, Sender } from './send.js'
import { createTold } from './told.js'

/** How often each operation was answered with each status. */
export type Tally = Map<string, Map<number, number>>

/** Sends requests and holds the answers against the documents. */
export interface Attempts {
  /**
   * Sends what is planned, one after the other; later requests may use what earlier answers told.
   * @throws Error with the request, the answer and what is wrong
   */
  run (plans: readonly Plan[]): Promise<void>
  readonly tally: Tally
}

/** @param ids those of actions that are there from the beginning */
export function createAttempts (sender: Sender, ids: readonly string[]): Attempts {
  const oracle = createOracle()
  const tally: Tally = new Map()

  async function run (plans: readonly Plan[]): Promise<void> {
    const told = createTold(ids)
    for (const plan of plans) {
      const prepared = prepare(plan, told, oracle)
      const answer = await answered(sender, prepared)
      count(tally, plan.operation.name, answer.status)
      told.learn(answer)
      await followed({ sender, plan, oracle, link: answer.headers.link })
    }
  }

  async function answered (sender: Sender, prepared: Prepared): Promise<Incoming> {
    let answer: Incoming
    try {
      answer = await sender.send(prepared.outgoing)
    } catch (error) {
      throw new Error(`There was no answer: ${String(error)}\n${inWords(prepared)}`, { cause: error })
    }
    const faults = [...faultsOfAnswer(prepared.plan.operation, answer, oracle), ...faultsOfJudgement(prepared, answer)]
    if (faults.length > 0) throw new Error(`${faults.join('; ')}\n${inWords(prepared)}\n${answerInWords(answer)}`)
    return answer
  }

  return { run, tally }
}

/** What no schema can make of a request that fits it: it asks for what there is, and in a way that is understood. */
const refusalsOfForm = [400, 413, 415]

function faultsOfJudgement ({ plan, wrong, outgoing }: Prepared, { status, body }: Incoming): string[] {
  if (wrong !== null) return status < 400 ? [`it was taken with ${status}, although ${wrong}`] : []
  if (!plan.isMeantWell || !refusalsOfForm.includes(status)) return []
  // Each of the two is the name of the request, so nobody sends both.
  const bothNames = outgoing.headers['idempotency-key'] !== undefined && body.toString().includes('Idempotency-Key')
  return bothNames ? [] : [`it was refused with ${status}, although it fits the document`]
}

interface Following {
  readonly sender: Sender
  readonly plan: Plan
  readonly oracle: Oracle
  readonly link: string | string[] | undefined
}

/** The next page of a list is there, and is a page. */
async function followed ({ sender, plan, oracle, link }: Following): Promise<void> {
  const [, path] = /^<(.*)>; rel="next"$/.exec(String(link ?? '')) ?? []
  if (path === undefined) return
  const answer = await sender.send({ method: 'GET', path, headers: { host: 'localhost' }, body: null })
  const faults = answer.status === 200 ? faultsOfAnswer(plan.operation, answer, oracle) : [`the next page is ${answer.status}`]
  if (faults.length > 0) throw new Error(`${faults.join('; ')}\nGET ${path}\n${answerInWords(answer)}`)
}

function count (tally: Tally, name: string, status: number): void {
  const counts = tally.get(name) ?? new Map<number, number>()
  tally.set(name, counts.set(status, (counts.get(status) ?? 0) + 1))
}

const shown = 2000

function inWords ({ outgoing: { method, path, headers, body } }: Prepared): string {
  return `${method} ${path.slice(0, shown)}\n${JSON.stringify(headers).slice(0, shown)}\n${body === null ? '(no body)' : JSON.stringify(body.toString('latin1').slice(0, shown))}`
}

function answerInWords ({ status, headers, body }: Incoming): string {
  return `answer: ${status} ${JSON.stringify(headers)}\n${body.toString().slice(0, shown)}`
}
