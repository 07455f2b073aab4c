import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { NodeSettings } from '../../../src/domain/ports/datastore.js'
import { createSubject } from './support.js'

// What no real admin server says at a test's will.

const stats = {
  version: '3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC',
  read_only: false,
  server_stats: { server_state: 'leader', last_processed_zxid: 0, num_alive_client_connections: 4 },
  node_count: 5,
  command: 'server_stats',
  error: null
}

t.test('a zxid keeps all its digits, which JavaScript numbers do not', async t => {
  const offsetOf = async (digits: string): Promise<bigint | undefined> => {
    const text = JSON.stringify(stats).replace('"last_processed_zxid":0', `"last_processed_zxid" : ${digits}`)
    const [shard] = await (await subjectOf(t, (_, response) => { response.end(text) })).shards()
    return shard?.commitOffset?.value
  }

  t.equal(await offsetOf('9007199254740993'), 9007199254740993n)
  t.equal(await offsetOf('9223372036854775807'), 2n ** 63n - 1n)
  t.equal(await offsetOf('-4294967295'), -4294967295n)
})

t.test('figures that it does not tell are null', async t => {
  const datastore = await subjectOf(t, (_, response) => { response.end(JSON.stringify(stats)) })

  t.match((await datastore.node()).attributes, {
    connections: 4, znode_count: 5, latency_avg_ms: null, outstanding_requests: null
  })
})

t.test('whatever listens at the URL, the answer says so', async t => {
  const reasonOf = async (serve: RequestListener, node: Partial<NodeSettings> = {}): Promise<string | null> => {
    const { status, statusReason } = await (await subjectOf(t, serve, node)).node()
    t.equal(status, 'UNAVAILABLE')
    return statusReason
  }
  const saying = (text: string, status = 200): RequestListener => (_, response) => {
    response.writeHead(status, { location: '/elsewhere' }).end(text)
  }
  const error = 'This ZooKeeper instance is not currently serving requests'

  // Since ZooKeeper 3.9 with this status.
  t.match(await reasonOf(saying(JSON.stringify({ command: 'server_stats', error }), 503)), /^it is not serving: no quorum/)
  t.equal(await reasonOf(saying(JSON.stringify({ command: 'server_stats', error: 'Unknown command: server_stats' }))),
    'the admin server says: Unknown command: server_stats')
  t.equal(await reasonOf(saying(JSON.stringify({ ...stats, server_stats: {} }))),
    'the admin server does not tell version, state and zxid')
  t.match(await reasonOf(saying('<html>404</html>', 404)), /^http:\S+ is no admin server$/)
  t.match(await reasonOf(saying('[]')), /^http:\S+ is no admin server$/)
  t.match(await reasonOf(saying('')), /^http:\S+ is no admin server$/)
  t.match(await reasonOf(saying('', 302)), /^the connection to http:\S+ failed/)
  t.match(await reasonOf(request => { request.socket.destroy() }), /^the connection to http:\S+ failed \(UND_ERR_SOCKET\)$/)
  t.match(await reasonOf((_, response) => { response.write(' '.repeat(100_000)) }), /^http:\S+ sends more than 65536 bytes$/)
  t.equal(await reasonOf(() => {}, { timeoutMs: 200 }), 'no answer within 180 ms')
  t.equal(await reasonOf((_, response) => { response.write('{') }, { timeoutMs: 200 }), 'no answer within 180 ms')
})

/** The datastore of an admin server that answers so. */
async function subjectOf (t: Test, serve: RequestListener, node: Partial<NodeSettings> = {}) {
  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const settings = { host: '127.0.0.1', port, four_letter_words: false, admin_url: `http://127.0.0.1:${port}` }
  return createSubject(t, settings, { nodeId: '1', ...node }).datastore
}
