import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import type { Test } from 'tap'
import { connectionLimits } from '../../src/http/connections.js'
import { backlogLimit } from '../../src/http/backlog.js'
import { createAgentClient } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { eventually } from '../support/eventually.js'
import { startProgram, type Program } from '../support/program.js'
import { connectRaw, rawGet, rawPost, type RawConnection } from '../support/raw-http.js'
import { finishOne, openAgent, schedulingFaces, success } from './agent.js'

const crowd = 5000

/** Files that this process may open: it has a socket for each that the agent has. */
const openFiles = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 0)

const prlimit = '/usr/bin/prlimit'

async function openMany (t: Test, { url }: Program, count: number): Promise<RawConnection[]> {
  const opened: RawConnection[] = []
  // So many at once that the queue of the listener holds them.
  while (opened.length < count) {
    const some = Array.from({ length: Math.min(200, count - opened.length) }, () => connectRaw(t, url))
    await Promise.all(some.map(async ({ connected }) => { await connected }))
    opened.push(...some)
  }
  return opened
}

function countOpen (connections: readonly RawConnection[]): () => number {
  let open = connections.length
  for (const { closed } of connections) closed.then(() => { open-- }, () => {})
  return () => open
}

t.test('slow requests on many connections are answered with 408 and closed, and nobody waits for them', async t => {
  const agent = await openAgent(t, { config: { requestTimeoutSeconds: 1 } })
  const slow = [
    ...Array.from({ length: 50 }, () => 'GET /livez HTTP/1.1\r\nhost: localhost\r\nx-a: '),
    ...Array.from({ length: 50 }, () => ''),
    ...schedulingFaces.flatMap(({ path }) => Array.from({ length: 20 }, () => rawPost(path, '{', 100)))
  ].map(begun => {
    const connection = connectRaw(t, agent.url)
    if (begun !== '') connection.send(begun)
    // Byte by byte, unless it sends none.
    const timer = setInterval(() => { if (begun !== '') connection.send(' ') }, 50)
    t.teardown(() => { clearInterval(timer) })
    connection.closed.then(() => { clearInterval(timer) }, () => {})
    return connection
  })

  await agent.goesOn()

  for (const answer of await Promise.all(slow.map(async ({ closed }) => await closed))) t.match(answer, /^HTTP\/1\.1 408 /)
  await agent.goesOn()
})

t.test('bodies without end are refused as soon as they are too large, by every face', async t => {
  const agent = await openAgent(t, { config: { bodyLimit: 10_000 } })
  for (const { path } of schedulingFaces) {
    const chunked = connectRaw(t, agent.url)
    chunked.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const timer = setInterval(() => { chunked.send(`1000\r\n${' '.repeat(4096)}\r\n`) }, 10)
    t.match(await chunked.until(/\r\n\r\n/), /^HTTP\/1\.1 413 /, `${path}, in chunks`)
    clearInterval(timer)
    chunked.destroy()
    const huge = connectRaw(t, agent.url)
    huge.send(rawPost(path, '', Number.MAX_SAFE_INTEGER))
    t.match(await huge.until(/\r\n\r\n/), /^HTTP\/1\.1 413 /, `${path}, by its length alone`)
    huge.destroy()
  }
  await agent.goesOn()
})

const mebibyte = 1024 * 1024
const tooMany = Math.ceil(backlogLimit(mebibyte) / 1_000_000) + 30

t.test('what unfinished bodies hold together is bounded: the oldest are refused', async t => {
  const agent = await openAgent(t, { config: { bodyLimit: mebibyte } })
  const begun: RawConnection[] = []
  for (let index = 0; index < tooMany; index++) {
    const connection = connectRaw(t, agent.url)
    connection.send(rawPost('/api/v1/actions', ' '.repeat(1_000_000), mebibyte))
    begun.push(connection)
  }

  for (const first of begun.slice(0, 10)) t.match(await first.until(/\r\n\r\n/), /^HTTP\/1\.1 503 /)
  await agent.goesOn()
  const last = begun.at(-1)
  last?.send(JSON.stringify({ kind: success }).padEnd(mebibyte - 1_000_000))
  t.match(await last?.until(/\r\n\r\n/), /^HTTP\/1\.1 202 /, 'the newest is taken')
})

t.test('what is kept of answers that nobody takes is bounded: the oldest are cut', async t => {
  const agent = await openAgent(t)
  const connections = promisify(agent.app.server.getConnections.bind(agent.app.server))
  const { id } = await agent.engine.schedule(success, { args: { large: 'x'.repeat(6_000_000) }, lane: 'large' })
  const greedy: RawConnection[] = []
  const most = Math.ceil(backlogLimit(mebibyte) / 6_000_000) + 10
  for (let index = 0; index < most; index++) {
    const connection = connectRaw(t, agent.url)
    connection.pause()
    connection.send(rawGet(`/api/v1/actions/${id}`))
    greedy.push(connection)
  }

  await eventually('some are cut', async () => await connections() <= most - 5)
  await agent.goesOn()
})

t.test('those who ask for large answers, all at once, leave time for the others', async t => {
  const program = await startProgram(t, { folder: temporaryFolder(t) })
  const client = createAgentClient(program.url)
  const { id } = await client.finished((await client.schedule('agent.replicante.io/test.ping', { count: 300 })).id)
  const many = await openMany(t, program, 60)
  let begun = 0
  const first = Promise.race(many.map(async connection => {
    connection.send(rawGet(`/api/v1/actions/${id}`))
    await connection.until(/^HTTP/)
    begun++
  }))
  await first

  await finishOne(program.url)

  t.ok(begun < many.length * 0.75, `${begun} were answered before an action was scheduled and done`)
})

t.test('thousands of connections that do nothing, or half of something, leave room for those that do', async t => {
  if (openFiles < 2 * crowd + 1000) {
    t.pass('a crowd', { skip: `needs ${2 * crowd + 1000} open files: ulimit -n` })
    return
  }
  const program = await startProgram(t, {
    folder: temporaryFolder(t), env: { STEWARD_HTTP_REQUEST_TIMEOUT_SECONDS: '8' }
  })
  const idle = await openMany(t, program, crowd)
  await finishOne(program.url)
  const half = await openMany(t, program, crowd)
  for (const each of half) each.send('GET /livez HTTP/1.1\r\nhost: localhost\r\nx-a: ')

  await finishOne(program.url)
  const openNow = countOpen([...idle, ...half])

  await eventually('they are no more than the limit', () => openNow() <= connectionLimits.open)
  await finishOne(program.url)
  await eventually('all are closed in time', () => openNow() === 0)
  await finishOne(program.url)
})

t.test('connections never take the files that the agent needs for its work', async t => {
  if (!existsSync(prlimit)) {
    t.pass('few files', { skip: 'needs prlimit: apt-get install util-linux' })
    return
  }
  const program = await startProgram(t, { folder: temporaryFolder(t) })
  execFileSync(prlimit, ['--pid', String(program.pid), '--nofile=400:400'])
  const crowd = await openMany(t, program, 500)
  // One that has been answered may stay idle for more than a minute.
  for (const each of crowd) each.send(rawGet('/livez'))
  const openNow = countOpen(crowd)

  await eventually('the oldest give way', () => openNow() <= 300)
  await finishOne(program.url)
  // Works in a process of its own, with pipes and files.
  const answer = await fetch(`${program.url}/api/v1/actions`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'sqlite.steward/integrity-check' })
  })
  const { id } = await answer.json() as { id: string }
  t.match(await (await fetch(`${program.url}/api/v1/actions/${id}?wait=60s`)).json(), { state: 'DONE' })
  for (const each of crowd) each.destroy()
})
