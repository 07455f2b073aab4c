import type { FastifyInstance } from 'fastify'
import { parseStrictJson } from './strict-json.js'

/** Takes JSON bodies, strictly, and no others: for our routes and for every protocol. */
export function installBodies (app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => parseStrictJson(body))
}
