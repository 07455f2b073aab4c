import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance, FastifyReply } from 'fastify'
import t from 'tap'
import type { Access } from '../../src/domain/ports/access.js'
import type { Protocol } from '../../src/domain/ports/protocol.js'
import type { Scheduler } from '../../src/domain/ports/scheduler.js'
import { freePorts } from '../support/free-ports.js'
import { layOutGuide } from '../support/guide.js'
import { openHttpApp } from '../support/http-app.js'
import { realAccess } from '../support/access.js'

type HttpProtocol = Protocol<FastifyInstance, FastifyReply>

interface Parts {
  readonly scheduler: Scheduler
  readonly access: Access
}

const guide = layOutGuide(t, 'docs/adding-a-protocol.md')

async function load<Exports> (path: string): Promise<Exports> {
  return await import(pathToFileURL(join(guide.folder, path)).href) as Exports
}

t.test('the code of the guide compiles, as strictly as ours', async t => {
  const own = ['protocol', 'routes', 'schemas', 'errors'].map(name => `src/protocols/hook/${name}.ts`)
  t.same(guide.paths, [...own, 'src/protocols/plain/protocol.ts'])
  t.same(guide.complaints(), [])
})

t.test('its web hooks schedule one action for each delivery, show it, and refuse', async t => {
  const { createHook } = await load<{ createHook: (parts: Parts) => HttpProtocol }>('src/protocols/hook/protocol.ts')
  const { engine, get, post } = await openHttpApp(t, { protocols: parts => [createHook(parts)] })
  await engine.run()
  const delivery = { kind: 'agent.replicante.io/test.ping', args: { count: 2 }, delivery: '17' }

  const first = await post('/hook', delivery)
  const second = await post('/hook', delivery)

  const { id } = first.json<{ id: string }>()
  t.equal(second.json<{ id: string }>().id, id)
  await engine.finished(id)
  t.match((await get(`/hook/${id}`)).json(), { state: 'DONE', payload: [/^Pong at /, /^Pong at /] })
  const refused = await post('/hook', { ...delivery, args: { count: 0 } })
  t.same([refused.statusCode, refused.json()], [400, { error: 'The arguments are not valid: /args/count must be >= 1' }])
})

t.test('its protocol with a listener schedules what a connection names', async t => {
  const { createPlain } = await load<{
    createPlain: (parts: Parts & { config: { host: string, port: number } }) => Protocol
  }>('src/protocols/plain/protocol.ts')
  const { engine } = await openHttpApp(t)
  const [port = 0] = await freePorts(1)
  const plain = createPlain({ scheduler: engine.scheduler, access: realAccess(), config: { host: '127.0.0.1', port } })
  t.teardown(async () => { await plain.stop() })
  await plain.start()
  const ask = async (kind: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.end(kind)
    return await text(socket)
  }

  const told = await ask('agent.replicante.io/test.ping')

  t.match(told, /^\S+\n$/)
  t.equal(engine.scheduler.get(told.trim()).kind, 'agent.replicante.io/test.ping')
  t.match(await ask('no/such'), /No kind of action/)
})
