import type { FastifyInstance } from 'fastify'
import { parseStrictJson } from './strict-json.js'

/** Takes JSON bodies, strictly, and no others: for our routes and for every protocol. */
export function installBodies (app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request: unknown, body: Buffer, done) => {
    // What it throws is the error of the request.
    done(null, parseStrictJson(body))
  })
}
