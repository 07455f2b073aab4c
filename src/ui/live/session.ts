import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { createClient } from '../../client/client.js'
import { delay } from '../../client/delay.js'
import { AgentRefusal } from '../../client/errors.js'
import type { AgentInfo, Principal, StewardClient } from '../../client/model.js'
import { patiently } from '../../client/patience.js'
import { createBoard, type Board } from './board.js'
import { createCalm } from './calm.js'
import { createLive, type Live } from './live.js'
import { permissionsOf, type Permissions } from './permissions.js'
import { persistently } from './persistently.js'
import { createTenure } from './tenure.js'
import { rememberToken, rememberedToken } from './token.js'

/** What stands between the page and the agent. */
export type Entry =
  /** Nothing is known yet; `trouble`: why the agent does not answer. */
  | { readonly step: 'connecting', readonly trouble: string | null }
  /** A token is needed; `refused`: why the one that was shown is not taken. */
  | { readonly step: 'token', readonly refused: string | null }
  /** It may be used. */
  | { readonly step: 'open', readonly principal: Principal }

/** The page's way to its agent: one client, one event stream, who it is, and what it may do. */
export interface Session {
  readonly client: StewardClient
  readonly live: Live
  /** The queue, for the views that begin it. */
  readonly board: Board
  readonly entry: ReadonlySignal<Entry>
  /** What runs the agent; null until it is known. */
  readonly agent: Signal<AgentInfo | null>
  readonly permissions: ReadonlySignal<Permissions>
  /** Whether the page shows a token, which can be taken back. */
  readonly hasToken: ReadonlySignal<boolean>
  /** The agent's address, for what is copied into a terminal. */
  readonly url: string
  /** Asks the agent who this is, and opens the event stream. */
  begin (): Promise<void>
  /** Asks for a token, also where the agent does without. */
  askForToken (): void
  /** Shows another token from now on; null: none. */
  useToken (token: string | null): Promise<void>
  /** To be told of every error of a call: one that says that the token is not taken asks for another. */
  heed (error: unknown): void
}

/** What this one may do is asked again at most once in so many milliseconds. */
const reviewMs = 3000

/** Makes the session of this page. Asks nothing yet. */
export function createSession (): Session {
  // Behind a proxy the agent may be below a path: the page is at PATH/ui/.
  const url = new URL('..', location.href).href.replace(/\/$/, '')
  const token = signal(rememberedToken())
  const entry = signal<Entry>({ step: 'connecting', trouble: null })
  const agent = signal<AgentInfo | null>(null)
  const client = createClient({ url, token: () => token.value ?? undefined })
  let entering = new AbortController()
  const tenure = createTenure(client)

  function ask (refused: string | null): void {
    entering.abort()
    live.stop()
    entry.value = { step: 'token', refused }
  }

  function heed (error: unknown): void {
    if (!(error instanceof AgentRefusal)) return
    if (error.status === 401) ask(token.value === null ? null : error.message)
    if (error.status === 403) review.soon()
  }

  /** It may do less than when it was asked: what it may do no more is not offered any more. */
  const review = createCalm(reviewMs, async () => {
    const principal = await client.whoAmI({ signal: tenure.signal }).catch(heed)
    if (principal !== undefined && entry.peek().step === 'open') admit(principal)
  })

  function admit (principal: Principal): void {
    entry.value = { step: 'open', principal }
    if (permissionsOf(principal).read) return live.start()
    live.stop()
    board.forget()
  }

  const live = createLive({ client, agent, heed })
  const board = createBoard({ client, live, heed })
  onReturn(live, () => { review.soon() })

  async function begin (): Promise<void> {
    entering.abort()
    const { signal: given } = entering = new AbortController()
    const onTrouble = (error: Error): void => { entry.value = { step: 'connecting', trouble: error.message } }
    const patience = { patienceMs: Infinity, onTrouble, signal: given }
    entry.value = { step: 'connecting', trouble: null }
    await persistently(async () => {
      const principal = await patiently(() => client.whoAmI({ signal: given }), patience)
      if (permissionsOf(principal).read) await whenOpen(live)
      if (!given.aborted) admit(principal)
    }, {
      signal: given,
      onTrouble (error) {
        // Of a token that cannot even be sent.
        if (error instanceof TypeError && token.value !== null) return ask(`This is no token: ${error.message}.`)
        heed(error)
        if (!given.aborted) onTrouble(error)
      }
    })
  }

  return {
    ...{ client, live, board, entry, agent, url, begin, heed },
    permissions: computed(() => permissionsOf(entry.value.step === 'open' ? entry.value.principal : { scopes: [] })),
    hasToken: computed(() => token.value !== null),
    askForToken: () => { ask(null) },
    async useToken (next) {
      live.stop()
      board.forget()
      tenure.end()
      rememberToken(next)
      token.value = next
      agent.value = null
      await begin()
    }
  }
}

/** The stream is opened before anything is read: what is read earlier would have to be read again. */
const streamMs = 2000

/** Opens the stream; resolves when it is open or lost, or takes too long for people who wait. */
async function whenOpen (live: Live): Promise<void> {
  live.start()
  let end = (): void => {}
  const settled = new Promise<void>(resolve => {
    end = live.connection.subscribe(({ state }) => { if (state !== 'connecting') resolve() })
  })
  await Promise.race([settled, delay(streamMs)])
  end()
}

/** Calls each time the stream is open again after it was lost, or let go of. */
function onReturn ({ connection }: Live, work: () => void): void {
  let wasAway = false
  connection.subscribe(({ state }) => {
    if (state === 'live' && wasAway) work()
    if (state !== 'connecting') wasAway = state !== 'live'
  })
}
