import { existsSync, readdirSync, writeFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isFinal } from '../../src/domain/lifecycle.js'
import { createAgentClient, openEvents, watchEvents } from '../support/agent-client.js'
import { faultsOfHistory } from '../support/history-laws.js'
import { createOutsideWork } from '../support/outside-work.js'
import { startProgram } from '../support/program.js'
import { patience, scale } from '../support/torture.js'

t.setTimeout(patience)

const script = 'agent.steward/test.script'
const hours = [1, -1, 2, -2, 0]

/** Where Debian keeps the library for this machine; null where it is not installed. */
function findLibrary (): string | null {
  for (const folder of existsSync('/usr/lib') ? readdirSync('/usr/lib') : []) {
    const file = join('/usr/lib', folder, 'faketime', 'libfaketimeMT.so.1')
    if (existsSync(file)) return file
  }
  return null
}

const library = findLibrary()
const skip = library === null ? 'needs libfaketime: apt-get install libfaketime' : false

t.test('a clock that jumps an hour back and forth changes no order, no history and no wait', { skip }, async t => {
  const folder = t.testdir()
  const outside = createOutsideWork(folder)
  const rc = join(folder, 'time')
  const setClock = (offset: number): void => {
    writeFileSync(`${rc}.new`, `${offset >= 0 ? '+' : ''}${offset}h\n`)
    renameSync(`${rc}.new`, rc)
  }
  setClock(0)
  // Timers count on the other clock, which nothing sets back (CLOCK_MONOTONIC).
  const env = { LD_PRELOAD: library ?? '', FAKETIME_TIMESTAMP_FILE: rc, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1' }
  const settings = { 'actions.prune_keep': 0, 'actions.prune_age_days': 0.5, 'actions.prune_interval_seconds': 1 }
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const program = await startProgram(t, { folder, env, args: ['--config', outside.config, ...set] })
  const client = createAgentClient(program.url)
  const dates = new Set<string>()
  const ids: string[] = []

  // Two that run through all of it: one with a time limit of its own, and one that the agent is asked to wait for.
  const held = await client.schedule('external.agent.replicante.io/work', { held: true })
  const release = await outside.atGate()
  const waiting = fetch(`${program.url}/api/v1/actions/${held.id}?wait=30s`)
  for (let round = 0; round < scale({ ci: 3, torture: 200 }); round++) {
    for (const hour of hours) {
      setClock(hour)
      for (let index = 0; index < 5; index++) {
        const action = await client.schedule(script, { steps: [{ do: 'progress', payload: index }, { do: 'sleep', ms: 1 }] })
        ids.push(action.id)
        dates.add(new Date((action as unknown as { scheduled_ts: string }).scheduled_ts).toISOString().slice(0, 13))
      }
    }
  }
  setClock(-1)
  await release()

  t.ok(dates.size >= 4, `the clock of the agent was set: ${[...dates].join()}`)
  t.match(await (await waiting).json(), { state: 'DONE' }, 'whoever waits is told when it is over, not when the clock says so')
  setClock(1)
  await client.finished(ids.at(-1)!)
  t.equal(new Set(ids).size, ids.length, 'no id is given twice')
  t.strictSame([...ids].sort(), ids, 'and each is greater than the one before')
  const actions = await Promise.all([held.id, ...ids].map(async id => await client.find(id)))
  t.notOk(actions.includes(null), 'nothing young is pruned')
  t.strictSame(actions.flatMap(action => action === null ? [] : faultsOfHistory(action.history)), [], 'no history goes back')

  const { told } = await openEvents(program.url, () => true)
  await client.schedule(script, { steps: [] })
  const [storeId] = ((await told)[0]?.id ?? '').split('-')
  const order: string[] = []
  for await (const event of watchEvents(program.url, { after: `${storeId}-0` })) {
    if (event.state === 'RUNNING' && !order.includes(event.action_id)) order.push(event.action_id)
    if (event.action_id === ids.at(-1) && isFinal(event.state)) break
  }
  t.strictSame(order, [held.id, ...ids], 'all were carried out in the order of scheduling')
})
