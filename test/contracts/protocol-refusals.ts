import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Test } from 'tap'
import { done } from '../../src/domain/kind.js'
import type { ProblemCode } from '../../src/domain/problem.js'
import { Problem } from '../../src/domain/problem.js'
import { openEngine } from '../support/engine.js'
import { noSmallDisk, smallDisk } from '../support/small-disk.js'
import { endNext, idOf, rows, script, shown, storedIds } from './protocol-face.js'
import type { ProtocolAdapter, ProtocolFace } from './protocol-face.js'

/** The part of the protocol contract about what is not taken: it is told as what it is, and leaves nothing behind. */
export function protocolRefusals (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: what cannot be done is refused, and leaves nothing behind`, async t => {
    const face = await adapter.open(t, {})

    t.strictSame(await face.schedule({ kind: 'no.such/kind' }), { refused: 'invalid' })
    t.strictSame(await face.schedule({ kind: script, args: { steps: 'none' } }), { refused: 'invalid' })
    t.strictSame(rows(face), [])
  })

  t.test(`${adapter.name}: a full queue is busy, and takes more when there is room`, async t => {
    const face = await adapter.open(t, { queueLimit: 1 })
    const first = idOf(await face.schedule({ kind: script }))

    t.strictSame(await face.schedule({ kind: script }), { refused: 'busy' })
    t.strictSame(storedIds(face.engine), [first])
    await endNext(face, done())
    const second = idOf(await face.schedule({ kind: script }))
    t.strictSame(storedIds(face.engine), [first, second])
  })

  t.test(`${adapter.name}: an agent that stops takes nothing new, and can still be read`, async t => {
    const face = await adapter.open(t, {})
    const { waiting, ended } = await waitingAndEnded(face)
    face.engine.scheduler.refuse()

    t.strictSame(await face.schedule({ kind: script }), { refused: 'unavailable' })
    await isReadable(t, { adapter, face, waiting, ended })
    t.strictSame(storedIds(face.engine), [ended, waiting])
  })

  failedCommits(t, adapter)
  fullDisk(t, adapter)
}

function failedCommits (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: nothing is acknowledged before its commit: one that fails is told`, async t => {
    let code: ProblemCode = 'store-full'
    const face = await adapter.open(t, {
      wrap: scheduler => ({ ...scheduler, schedule: async () => await failLater(code) })
    })

    t.strictSame(await face.schedule({ kind: script }), { refused: 'full' })
    code = 'store-unavailable'
    t.strictSame(await face.schedule({ kind: script }), { refused: 'unavailable' })
  })
}

/** Fails as a commit does: some turns of the event loop after it was asked for. */
async function failLater (code: ProblemCode): Promise<never> {
  for (let turns = 0; turns < 10; turns++) await turn()
  throw new Problem(code)
}

function fullDisk (t: Test, adapter: ProtocolAdapter): void {
  t.test(`${adapter.name}: on a full disk new work is refused, reading goes on, and nothing that was accepted is lost`, async t => {
    const disk = smallDisk(t, '3m')
    if (disk === null) {
      t.pass('a small disk', { skip: noSmallDisk })
      return
    }
    const path = join(disk, 'steward.db')
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(1024 * 1024))
    const face = await adapter.open(t, { path })
    const { waiting, ended } = await waitingAndEnded(face)
    const large = { kind: script, args: { steps: [{ do: 'done', payload: 'x'.repeat(50_000) }] } }
    const accepted = [ended, waiting]

    let answer = await face.schedule(large)
    for (; 'id' in answer; answer = await face.schedule(large)) accepted.push(answer.id)
    t.strictSame(answer, { refused: 'full' })
    t.ok(accepted.length > 2, 'some were accepted before')
    await isReadable(t, { adapter, face, waiting, ended })

    rmSync(ballast)
    accepted.push(idOf(await face.schedule(large)))
    face.engine.crash()
    t.strictSame(storedIds(openEngine(t, { path })), accepted)
  })
}

interface Scheduled {
  readonly waiting: string
  readonly ended: string
}

async function waitingAndEnded (face: ProtocolFace): Promise<Scheduled> {
  const ended = idOf(await face.schedule({ kind: script }))
  const waiting = idOf(await face.schedule({ kind: script }))
  await endNext(face, done('told'))
  return { waiting, ended }
}

interface Readable extends Scheduled {
  readonly adapter: ProtocolAdapter
  readonly face: ProtocolFace
}

async function isReadable (t: Test, { adapter, face, waiting, ended }: Readable): Promise<void> {
  t.strictSame(await face.get(waiting), shown(adapter, { state: 'NEW', payload: null, history: ['NEW'] }))
  t.strictSame(await face.get(ended), shown(adapter, { state: 'DONE', payload: 'told', history: ['NEW', 'RUNNING', 'DONE'] }))
}
