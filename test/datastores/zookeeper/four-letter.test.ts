import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import type { ZookeeperSettings } from '../../../src/datastores/zookeeper/settings.js'
import { startTcpServer, type TcpServer } from '../../support/tcp-server.js'
import { createSubject } from './support.js'

// What no real server says at a test's will: other releases, strange numbers, and what is not ZooKeeper at all.

/** Milliseconds; for questions that are never answered. */
const soon = 200

const srvr = {
  'Zookeeper version': '3.9.2-e454e8c7283100c7caec6dcae2bc82aaecb63023, built on 2024-02-12 20:59 UTC',
  'Latency min/avg/max': '0/0.3125/12',
  Received: '98',
  Sent: '97',
  Connections: '3',
  Outstanding: '1',
  Zxid: '0x500000003',
  Mode: 'follower',
  'Node count': '7'
}

t.test('an answer that comes in pieces is read to its end', async t => {
  let asked = ''
  const { port } = await startTcpServer(t, socket => {
    socket.once('data', data => {
      asked = String(data)
      const answer = answerOf({})
      socket.write(answer.slice(0, 20), () => { socket.end(answer.slice(20)) })
    })
  })
  const { datastore } = createSubject(t, settingsOf(port), { nodeId: '1' })

  t.match(await datastore.node(), {
    status: 'HEALTHY',
    attributes: {
      mode: 'follower',
      read_only: false,
      connections: 3,
      outstanding_requests: 1,
      znode_count: 7,
      latency_min_ms: 0,
      latency_avg_ms: 0.3125,
      latency_max_ms: 12
    }
  })
  t.equal(asked, 'srvr')
})

t.test('a zxid is the signed 64-bit number that its digits stand for', async t => {
  const offsetOf = async (Zxid: string): Promise<bigint | undefined> => {
    const [shard] = await (await subjectOf(t, { Zxid })).shards()
    return shard?.commitOffset?.value
  }

  t.equal(await offsetOf('0x0'), 0n)
  t.equal(await offsetOf('0x20000000000001'), 9007199254740993n)
  t.equal(await offsetOf('0x7fffffffffffffff'), 2n ** 63n - 1n)
  t.equal(await offsetOf('0x8000000000000000'), -(2n ** 63n))
  t.equal(await offsetOf('0xffffffff00000001'), -4294967295n)
})

t.test('the mode is the role', async t => {
  const roleOf = async (Mode: string) => (await (await subjectOf(t, { Mode })).shards())[0]?.role

  t.equal(await roleOf('leader'), 'primary')
  t.equal(await roleOf('standalone'), 'primary')
  t.equal(await roleOf('follower'), 'secondary')
  t.same(await roleOf('observer'), { other: 'observer' })
  t.same(await roleOf('constructor'), { other: 'constructor' })
})

t.test('versions of all releases are taken apart', async t => {
  const versionOf = async (version: string) => await (await subjectOf(t, { 'Zookeeper version': version })).version()
  const hash = 'e454e8c7283100c7caec6dcae2bc82aaecb63023'

  t.same(await versionOf(`3.9.2-${hash}, built on 2024-02-12 20:59 UTC`), {
    number: '3.9.2', checkout: hash, extra: '2024-02-12 20:59 UTC'
  })
  t.same(await versionOf('3.4.6-1569965, built on 02/20/2014 09:09 GMT'), {
    number: '3.4.6', checkout: '1569965', extra: '02/20/2014 09:09 GMT'
  })
  t.same(await versionOf(`3.5.4-beta-${hash}, built on 05/11/2018 16:27 GMT`), {
    number: '3.5.4-beta', checkout: hash, extra: '05/11/2018 16:27 GMT'
  })
  // eslint-disable-next-line no-template-curly-in-string
  t.same(await versionOf('3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC'), {
    number: '3.8.0', checkout: null, extra: '2024-12-29 17:54 UTC'
  })
  t.same(await versionOf('3.8.0'), { number: '3.8.0', checkout: null, extra: null })
})

t.test('figures that a release does not tell are null', async t => {
  const datastore = await subjectOf(t, { 'Latency min/avg/max': undefined, Outstanding: 'many', 'Node count': undefined })

  t.match((await datastore.node()).attributes, {
    connections: 3,
    outstanding_requests: null,
    znode_count: null,
    latency_min_ms: null,
    latency_avg_ms: null,
    latency_max_ms: null
  })
})

t.test('whatever listens on the port, the answer says so', async t => {
  const reasonOf = async (serve: (socket: Socket) => void, timeoutMs = 3000): Promise<string | null> => {
    const server = await startTcpServer(t, serve)
    const { datastore } = createSubject(t, settingsOf(server.port), { timeoutMs })
    const { status, statusReason } = await datastore.node()
    t.equal(status, 'UNAVAILABLE')
    await t.rejects(datastore.shards(), { code: 'datastore-unavailable' })
    await server.close()
    return statusReason
  }

  t.equal(await reasonOf(socket => { socket.end('SSH-2.0-OpenSSH_9.2p1\r\n') }),
    'what it says is not the answer of a ZooKeeper server: "SSH-2.0-OpenSSH_9.2p1\\r\\n"')
  t.match(await reasonOf(socket => { socket.end(answerOf({ Zxid: '0x12345678123456789' })) }), /not the answer .*: "Zookeeper version: .*\.\.\."$/)
  t.match(await reasonOf(socket => { socket.end(answerOf({ Mode: undefined })) }), /not the answer/)
  t.match(await reasonOf(socket => { socket.end(answerOf({ 'Zookeeper version': 'unknown' })) }), /not the answer/)
  t.match(await reasonOf(socket => { socket.end() }), /closes connections without an answer.*maxClientCnxns/)
  t.match(await reasonOf(socket => { socket.resetAndDestroy() }), /^the connection to 127.0.0.1:\d+ failed \(ECONNRESET\)$/)
  t.match(await reasonOf(flood), /sends more than 65536 bytes/)
  t.equal(await reasonOf(() => {}, soon), `no answer within ${soon * 0.9} ms`)
  t.equal(await reasonOf(socket => { socket.write('Zookeeper version: 3.') }, soon), `no answer within ${soon * 0.9} ms`)
  t.match(await reasonOf(socket => { socket.end('srvr is not executed because it is not in the whitelist.\n') }),
    /^it does not allow the four-letter word srvr \(4lw.commands.whitelist in zoo.cfg\), and .*admin_url is not set$/)
})

t.test('questions that come at the same time share one connection, and leave none', async t => {
  const { port, connections } = await answering(t, {})
  const { datastore } = createSubject(t, settingsOf(port), { nodeId: '1' })

  await Promise.all([datastore.node(), datastore.cluster(), datastore.version(), datastore.shards()])
  t.equal(connections(), 1)
  await datastore.shards()
  t.equal(connections(), 2, 'the next one asks anew')
})

t.test('close ends what has not been answered', async t => {
  const arrivals = new EventEmitter()
  const { port } = await startTcpServer(t, socket => { arrivals.emit('socket', socket) })
  const arrival = once(arrivals, 'socket') as Promise<[Socket]>
  const { datastore } = createSubject(t, settingsOf(port), { timeoutMs: 3_600_000 })
  const shards = datastore.shards()
  const [socket] = await arrival
  const closed = once(socket.resume(), 'close')

  await datastore.close()

  await t.rejects(shards, { code: 'datastore-unavailable', message: /the agent stops/ })
  await closed
})

/** Sends without an end, as fast as it is taken. */
function flood (socket: Socket): void {
  const more = (): void => { while (!socket.destroyed && socket.write('x'.repeat(10_000))); }
  socket.on('drain', more)
  more()
}

type Change = Partial<Record<keyof typeof srvr, string | undefined>>

function answerOf (change: Change): string {
  return Object.entries({ ...srvr, ...change })
    .flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}\n`]).join('')
}

async function answering (t: Test, change: Change): Promise<TcpServer> {
  return await startTcpServer(t, socket => { socket.once('data', () => { socket.end(answerOf(change)) }) })
}

/** The datastore of a server that answers so. */
async function subjectOf (t: Test, change: Change) {
  return createSubject(t, settingsOf((await answering(t, change)).port), { nodeId: '1' }).datastore
}

function settingsOf (port: number): ZookeeperSettings {
  return { host: '127.0.0.1', port, four_letter_words: true, admin_url: null }
}
