import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock as clock } from '../../src/domain/clock.js'
import type { JsonValue } from '../../src/domain/json.js'
import { openStore } from '../../src/store/store.js'
import { createAgentClient } from '../support/agent-client.js'
import type { DiskRecord } from '../support/disk-log.js'
import { createDiskRecorder, recorderMissing, type DiskFault, type DiskRecorder } from '../support/disk-recorder.js'
import { eventually } from '../support/eventually.js'
import { runProgram, startProgram } from '../support/program.js'
import { createRandom, seed } from '../support/random.js'
import { patience, scale, torture } from '../support/torture.js'
import { faultsOfStore, type Remark } from './journal.js'
import { noteEvents, runClients } from './marked-clients.js'
import type { Trial, Tried } from './store-worker.js'
import { survey } from './survey.js'

const worker = fileURLToPath(new URL('store-worker.ts', import.meta.url))
const random = createRandom(seed)
const success = 'agent.replicante.io/debug.success'
const script = 'agent.steward/test.script'
const options = { skip: recorderMissing() ?? false, timeout: patience }

/** Every call in turn in `npm run torture`, else some of them. */
function numbers (most: number, some: number): number[] {
  const all = Array.from({ length: most }, (_, index) => index + 1)
  const left = torture ? most : some
  return all.filter((_, index) => random() * (most - index) < left * (most - index) / most || index === 0)
}

/** Faults of one kind, at each call in turn. */
function trials (when: Trial['when'], most: number, fault: Omit<DiskFault, 'nth'>): Trial[] {
  return numbers(most, when === 'fill' ? 1 : 3).map(nth => ({ when, fault: { ...fault, nth } }))
}

async function runTrials (t: Test, wanted: readonly Trial[]): Promise<Tried[]> {
  const recorder = createDiskRecorder(t)
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import=tsx', worker, recorder.folder], { env: { PATH, HOME, ...recorder.env } })
  t.teardown(() => { child.kill('SIGKILL') })
  child.stdin.end(JSON.stringify(wanted))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const tried = stdout.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Tried)
  t.equal(tried.length, wanted.length, stderr)
  return tried
}

function troublesOf (tried: readonly Tried[]): string[] {
  return tried.flatMap(({ fault, when, faults }) => faults.map(found => `${when} ${JSON.stringify(fault)}: ${found}`))
}

t.test('a store whose disk fails', options, async t => {
  t.comment(`STEWARD_TEST_SEED=${seed} repeats this choice`)

  await t.test('at any write or sync of a turn gives itself up, once, and has lost nothing', async t => {
    const tried = await runTrials(t, ['w', 's'].flatMap(operations => [false, true].flatMap(lasting =>
      trials('use', operations === 'w' ? 60 : 14, { operations, error: 'EIO', lasting }))))

    t.strictSame(troublesOf(tried), [])
    const hit = tried.filter(trial => trial.hit)
    t.ok(hit.length >= 4)
    t.strictSame([...new Set(hit.map(({ lost, problems }) => `${lost} ${problems.join()}`))], ['io store-unavailable'])
  })

  await t.test('because it is full refuses, loses nothing, and goes on when there is room', async t => {
    const tried = await runTrials(t, [false, true].flatMap(lasting => trials('use', 60, { operations: 'w', error: 'ENOSPC', lasting })))

    t.strictSame(troublesOf(tried), [])
    t.ok(tried.some(({ hit }) => hit))
    t.strictSame(tried.filter(({ lost }) => lost !== null), [])
    t.strictSame(tried.filter(({ hit, problems }) => hit && !problems.includes('store-full')), [])
  })

  await t.test('and writes less than it was asked to, is asked again', async t => {
    const tried = await runTrials(t, trials('use', 60, { operations: 'w', error: 'short' }))

    t.strictSame(troublesOf(tried), [])
    t.strictSame(tried.flatMap(({ problems }) => problems), [])
  })

  await t.test('while it is opened says so or opens, and can be opened afterwards', async t => {
    const tried = await runTrials(t, ['o', 'r', 'w', 's', 't'].flatMap(operations => (['EIO', 'ENOSPC'] as const).flatMap(error =>
      trials('open', 20, { operations, error, lasting: random() < 0.5 }))))

    t.strictSame(troublesOf(tried), [])
    t.ok(tried.some(({ lost }) => lost !== null))
  })

  await t.test('while its log is folded back gives itself up: a failed sync is never tried again', async t => {
    const tried = await runTrials(t, [
      ...trials('fill', 1, { operations: 's', error: 'EIO', suffix: '.db' }),
      ...trials('fill', 200, { operations: 'w', error: 'EIO', suffix: '.db' })
    ])

    t.strictSame(troublesOf(tried), [])
    t.strictSame([...new Set(tried.filter(({ hit }) => hit).map(({ lost }) => lost))], ['io'])
  })

  await t.test('while it is closed loses nothing', async t => {
    const tried = await runTrials(t, ['w', 's', 't', 'r', 'u'].flatMap(operations => trials('close', 5, { operations, error: 'EIO' })))

    t.strictSame(troublesOf(tried), [])
    t.ok(tried.some(({ hit }) => hit))
  })
})

/** What is wrong with the database that an agent left behind. */
function leftBehind ({ folder }: DiskRecorder, remarks: readonly Remark[]): string[] {
  const path = join(folder, 'data', 'steward.db')
  const store = openStore({ path, clock, queueLimit: 1000 })
  try {
    return faultsOfStore({ store, path, remarks })
  } finally {
    store.close()
  }
}

t.test('an agent whose disk fails', options, async t => {
  await t.test('at a commit answers 503, ends with 6, syncs no more, and its next start has what it acknowledged', async t => {
    const recorder = createDiskRecorder(t)
    const program = await startProgram(t, { folder: recorder.home, env: recorder.env })
    const client = createAgentClient(program.url)
    const { id } = await client.schedule(success)
    await client.finished(id)
    recorder.arm({ operations: 's', nth: 1, error: 'EIO', suffix: '-wal' })

    const { status } = await client.post('/actions', { kind: success })

    t.equal(status, 503)
    t.strictSame(await program.exited, { code: 6, signal: null })
    t.match(program.output(), /steward: .*steward\.db could not be read or written .*Look at the disk/)
    t.strictSame(touchedAfterFailure(recorder.records()), [])
    recorder.disarm()
    const next = createAgentClient((await startProgram(t, { folder: recorder.home, env: recorder.env })).url)
    t.match(await next.find(id), { state: 'DONE' })
  })

  await t.test('because it is full answers 507 and says why, serves what it has, and settles when there is room', async t => {
    const recorder = createDiskRecorder(t)
    const program = await startProgram(t, { folder: recorder.home, env: recorder.env })
    const client = createAgentClient(program.url)
    const { id } = await client.schedule(script, { steps: [{ do: 'progress', payload: 'begun' }, { do: 'sleep', ms: 100 }, { do: 'done', payload: 'done' }] })
    await client.until(id, ({ state_payload: payload }) => payload === 'begun')
    recorder.arm({ operations: 'w', nth: 1, error: 'ENOSPC', lasting: true })
    const ready = async (): Promise<number> => (await fetch(`${program.url}/readyz`)).status

    t.equal((await client.post('/actions', { kind: success })).status, 507)
    t.equal(await ready(), 503)
    await eventually('the outcome is refused by the disk', () => recorder.records().filter(({ type }) => type === 'fault').length > 1)
    t.match(await client.find(id), { state: 'RUNNING', state_payload: 'begun' })
    recorder.disarm()

    t.match(await client.finished(id), { state: 'DONE', state_payload: 'done' })
    t.equal((await client.post('/actions', { kind: success })).status, 202)
    t.equal(await ready(), 200)
  })

  await t.test('at any call of a start ends with one sentence or starts, and the next start has everything', async t => {
    const recorder = createDiskRecorder(t)
    const { home: folder, env } = recorder
    const first = await startProgram(t, { folder, env })
    const { id } = await createAgentClient(first.url).schedule(script, { steps: [{ do: 'sleep', ms: 3_600_000 }] })
    first.kill('SIGKILL')
    await first.exited

    recorder.arm({ operations: 's', nth: 1, error: 'EIO', lasting: true, suffix: '/data' })
    t.match(await runProgram(['migrate'], { folder, env }), { code: 6, stderr: /^steward: .*EIO/ }, 'the name of the log may be lost')
    for (let round = 0; round < scale({ ci: 3, torture: 100 }); round++) {
      const fault: DiskFault = { operations: 'orwst', nth: 1 + Math.floor(random() * 60), error: 'EIO', lasting: true, suffix: random() < 0.5 ? '.db' : '*' }
      recorder.arm(fault)
      const { code, stderr } = await runProgram(['migrate'], { folder, env })
      const sentences = stderr.trim().split('\n').filter(line => line !== '')
      t.ok([0, 5, 6].includes(code ?? -1), `${JSON.stringify(fault)}: ${code}`)
      if (code !== 0) t.match(sentences, [/^steward: /], JSON.stringify(fault))
      recorder.disarm()
    }
    const last = createAgentClient((await startProgram(t, { folder, env })).url)
    t.match(await last.until(id, ({ state }) => state === 'RUNNING'), { id })
  })

  await t.test('under load, anywhere, loses nothing, even where what was not synced is gone for good', async t => {
    for (let round = 0; round < scale({ ci: 3, torture: 200 }); round++) await failUnderLoad(t)
  })
})

/** What was written or synced after the first sync that failed. */
function touchedAfterFailure (records: readonly DiskRecord[]): DiskRecord[] {
  const failed = records.findIndex(({ type }) => type === 'lost')
  return records.slice(failed + 1).filter(({ type }) => type === 'write' || type === 'sync')
}

/** One agent, one failing call at a place by chance, and what is left of it. */
async function failUnderLoad (t: Test): Promise<void> {
  const recorder = createDiskRecorder(t)
  const { folder } = recorder
  const program = await startProgram(t, { folder: recorder.home, env: recorder.env })
  const note = (remark: Remark): void => { recorder.mark(remark as unknown as JsonValue) }
  const fault: DiskFault = { operations: random() < 0.5 ? 's' : 'wst', nth: 1 + Math.floor(random() * 50), error: 'EIO', lasting: random() < 0.5 }
  await noteEvents({ url: program.url, random, note })
  recorder.arm(fault)

  // What is refused by an agent that ends was not acknowledged.
  await runClients({ url: program.url, random, note }, { clients: 4, requests: 100 }).catch(() => {})

  const said = JSON.stringify(fault)
  t.strictSame(await program.exited, { code: 6, signal: null }, said)
  recorder.disarm()
  const records = recorder.records()
  const remarks = records.flatMap(record => record.type === 'mark' ? [record.remark as unknown as Remark] : [])
  const wants = (place: number): boolean => place === records.length
  const { faults } = await survey({ records, folder, db: join('data', 'steward.db'), random, wants, byChance: 2 })
  t.strictSame(faults, [], said)
  t.strictSame(leftBehind(recorder, remarks), [], said)
}
