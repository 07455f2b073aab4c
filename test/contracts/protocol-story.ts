import type { Test } from 'tap'
import type { Action } from '../../src/domain/action.js'
import type { Clock } from '../../src/domain/clock.js'
import type { ActionState } from '../../src/domain/lifecycle.js'
import { idOf, refusal, script, storedIds } from './protocol-face.js'
import type { FaceRequest, ProtocolAdapter, ProtocolFace, Shown } from './protocol-face.js'
import { someCaller } from '../support/access.js'

/** What a story left behind: rows, histories and what the protocol shows, without what may differ. */
export interface Trace {
  /** All actions, oldest first: everything but id, protocol, requester, headers and the id of its request. */
  readonly actions: ReadonlyArray<Record<string, unknown>>
  /** Their histories, oldest first: everything but the action's id. */
  readonly histories: ReadonlyArray<ReadonlyArray<Record<string, unknown>>>
  /** The actions as the protocol shows them, without their histories, which not every protocol shows. */
  readonly shown: ReadonlyArray<Pick<Shown, 'state' | 'payload'> | null>
}

const key = '0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a13'
const beginning = Date.parse('2026-11-21T07:36:00.123Z')
const longSleep = { kind: script, args: { steps: [{ do: 'sleep', ms: 600_000 }] } }

const good: FaceRequest = {
  key,
  kind: script,
  createdAt: '2026-11-20T23:59:59.999Z',
  args: {
    steps: [
      { do: 'progress', payload: { percent: 50, of: ['Zoë', null, { deep: [[]] }] } },
      { do: 'progress', payload: null },
      { do: 'done', payload: { list: [1.5, -3, 1e21, true], text: '🦉\u2028"' } }
    ]
  }
}

/** What is asked for, one after the other, and how it ends. */
const scenes: ReadonlyArray<readonly [request: FaceRequest, end: ActionState]> = [
  [good, 'DONE'],
  [{ kind: script, args: { steps: [{ do: 'progress', payload: 'before' }, { do: 'fail', error: 'broken' }] } }, 'FAILED'],
  [{ kind: script, args: { steps: [{ do: 'throw', error: 'a defect' }] } }, 'FAILED'],
  [{ kind: 'agent.replicante.io/test.ping', args: { count: 3 } }, 'DONE'],
  [{ kind: 'agent.replicante.io/test.ping' }, 'DONE'],
  [{ kind: 'agent.replicante.io/debug.fail', createdAt: '2030-01-01T00:00:00Z' }, 'FAILED']
]

/**
 * Tells one long story through a protocol: several kinds, progress, failure, a repetition, refused requests, and
 * cancels by somebody else. The clock moves only between its steps, so that each telling has the same times.
 */
export async function tellStory (t: Test, adapter: ProtocolAdapter): Promise<Trace> {
  const clock = { at: beginning, now: () => clock.at }
  const face = await adapter.open(t, { clock: clock satisfies Clock })
  const { engine: { scheduler, executor, finished } } = face
  const later = (): void => { clock.at += 1000 }
  const put = async (request: FaceRequest) => {
    later()
    return await face.schedule(request)
  }

  for (const [request] of scenes) idOf(await put(request))
  const conflict = refusal(adapter, 'conflict')
  const repeated = await put(good)
  if (adapter.repetition === 'refused') t.strictSame(repeated, conflict)
  else idOf(repeated)
  t.strictSame(await put({ ...good, args: null }), conflict)
  t.strictSame(await put({ kind: 'no.such/kind' }), { refused: 'invalid' })
  t.strictSame(await put({ kind: script, args: { steps: [{ do: 'nothing' }] } }), { refused: 'invalid' })
  const running = idOf(await put(longSleep))
  const waiting = idOf(await put(longSleep))
  const last = idOf(await put({ kind: script, args: {} }))

  later()
  await executor.start()
  await scheduler.changed(running, 1, new AbortController().signal)
  for (const id of [waiting, running]) {
    later()
    await scheduler.cancel(id, someCaller)
  }
  await finished(last)
  return await traceOf(face)
}

async function traceOf (face: ProtocolFace): Promise<Trace> {
  const { engine: { scheduler } } = face
  const stored = storedIds(face.engine).map(id => scheduler.get(id))
  const shown: Array<Trace['shown'][number]> = []
  for (const { id } of stored) {
    const found = await face.get(id)
    shown.push(found === null ? null : { state: found.state, payload: found.payload })
  }
  return {
    actions: stored.map(action => without(action, ['id', 'protocol', 'requester', 'headers', 'requestId'])),
    histories: stored.map(action => scheduler.history(action).map(entry => without(entry, ['actionId']))),
    shown
  }
}

function without (whole: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)))
}

/** What the story has to come to, in short: the actions in the order of scheduling. */
export const storyInShort: ReadonlyArray<Pick<Action, 'kind' | 'state' | 'args'>> = [
  ...scenes, [longSleep, 'FAILED'] as const, [longSleep, 'FAILED'] as const, [{ kind: script, args: {} }, 'DONE'] as const
].map(([{ kind, args = null }, state]) => ({ kind, state, args }))
