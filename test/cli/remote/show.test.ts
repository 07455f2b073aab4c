import t from 'tap'
import { parse } from 'yaml'
import { runProgram, startProgram, type Ran } from '../../support/program.js'

const folder = t.testdir()
const { url } = await startProgram(t, { folder })
const env = { STEWARD_URL: url }

async function show (...args: string[]): Promise<Ran> {
  return await runProgram(['show', ...args], { folder, env })
}

async function schedule (request: object): Promise<void> {
  const answer = await fetch(`${url}/api/v1/actions`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'agent.steward/test.script', ...request })
  })
  const { id } = await answer.json() as { id: string }
  await fetch(`${url}/api/v1/actions/${id}?wait=30s`)
}

const [first, second, third] = ['aaaa1111', 'aaaa2222', 'bbbb3333'].map(start => `${start}-0000-4000-8000-000000000000`) as [string, string, string]
const steps = [
  ...[1, 2, 3].map(done => ({ do: 'progress', payload: { stage: 'copy', pages_done: done, pages_total: 3 } })),
  { do: 'progress', payload: { stage: 'verify' } },
  { do: 'done', payload: { file: 'a.db', list: [1, { x: null }] } }
]
await schedule({ id: first, args: { steps }, requester: 'nightly', headers: { ticket: 'A-1' }, created_ts: '2026-01-01T00:00:00Z' })
await schedule({ id: second, args: { steps: [{ do: 'fail', error: 'no luck' }] } })
await schedule({ id: third, args: {} })

t.test('who asked, how long each step took, the arguments and the payload', async t => {
  const { code, stdout, stderr } = await show(first)

  t.same({ code, stderr }, { code: 0, stderr: '' })
  t.match(stdout, /^id {11}aaaa1111-0000-4000-8000-000000000000\nkind {9}agent\.steward\/test\.script\nstate {8}DONE\n/)
  t.match(stdout, /^asked by {5}local from 127\.0\.0\.1, by api, as nightly\nscheduled .*Z\ncreated {6}2026-01-01T00:00:00\.000Z\n/m)
  t.match(stdout, /^waited {7}\d+m?s\nran {10}\d+m?s\ntotal {8}\d+m?s\n\nTIME +STATE +STEP +TOOK +REPORTS +WHAT\n/m)
  t.match(stdout, /Z {2}NEW +- +\d+m?s +1\n.*Z {2}RUNNING +- +\S+ +1\n.*RUNNING +copy +\S+ +3 +3 of 3 pages\n.*RUNNING +verify +\S+ +1\n.*DONE +- +- +1\n/)
  t.match(stdout, /\n\narguments\n {2}steps:\n {4}- do: progress\n(.*\n)+\nheaders\n {2}ticket: A-1\n\npayload\n {2}file: a\.db\n {2}list:\n {4}- 1\n {4}- x: null\n$/)
})

t.test('-o json and -o yaml are the whole of what the API says', async t => {
  const whole: unknown = await (await fetch(`${url}/api/v1/actions/${second}`)).json()

  t.same(JSON.parse((await show(second, '-o', 'json')).stdout), whole)
  t.same(parse((await show(second, '-o', 'yaml')).stdout), whole)
  t.match(await show(second), { code: 0, stdout: /\npayload\n {2}error: no luck\n/ }, 'that it has failed is no failure of looking')
})

t.test('the beginning of an id is enough where one action has it', async t => {
  t.match(await show('BBBB'), { code: 0, stdout: `id           ${third}\n` })
  t.match(await show('aaaa1'), { code: 0, stdout: `id           ${first}\n` })
  const several = await show('aaaa')
  t.match(several, { code: 2, stdout: '' })
  t.match(several.stderr, `steward: 2 actions have an id that begins with aaaa:\n  ${second}  FAILED  agent.steward/test.script\n  ${first}  DONE  `)
  t.match(await show('cccc'), { code: 12, stderr: 'none of the newest 1000 actions' })
  t.match(await show(first.replace('a', 'c')), { code: 12 })
  for (const text of ['aaa', 'xyzw', '../..']) t.match(await show(text), { code: 2, stdout: '', stderr: /is no id/ }, text)
})

t.test('--follow of one that has ended tells how, with its code', async t => {
  const { code, stdout, stderr } = await show('aaaa2', '--follow')

  t.equal(code, 20)
  t.match(stdout, new RegExp(`^${second}  FAILED  agent.steward/test.script`))
  t.match(stderr, /^\S+Z NEW\n\S+Z RUNNING\n\S+Z FAILED \{.*\}\nsteward: \S+ has FAILED: no luck\n$/)
  t.match(await show(second, '--timeout', '1s'), { code: 2, stderr: '--timeout is for --follow' })
})
