import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { scheduleSchema } from '../../src/http/schemas/action.js'
import type { Job } from './peer.js'

interface Body {
  readonly kind: string
  readonly args?: unknown
}

const answerSchema = {
  type: 'object',
  required: ['id', 'kind', 'state'],
  properties: { id: { type: 'string' }, kind: { type: 'string' }, state: { type: 'string' } }
}

/**
 * The server that peers stand behind: Fastify, the schema of Steward's own `POST /api/v1/actions`, a short answer, no
 * log. Resolves with the URL to post to.
 * @param add resolves when the job was accepted
 */
export async function serve (add: (job: Job) => Promise<unknown>): Promise<string> {
  const app = fastify({ ajv: { customOptions: { strictSchema: false } } })
  app.post<{ Body: Body }>('/api/v1/actions', {
    schema: { body: { ...scheduleSchema, $id: undefined }, response: { 202: answerSchema } }
  }, async (request, reply) => {
    const { kind, args = null } = request.body
    await add({ kind, args })
    return await reply.code(202).send({ id: randomUUID(), kind, state: 'NEW' })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/api/v1/actions`
}
