import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpTools, ReadJson } from '../../domain/ports/protocol.js'
import { Problem, type Violation } from '../../domain/problem.js'

type Altered = Pick<ReadJson, 'altered' | 'complete'>

/** Says what of a request's body was altered by reading it. */
export type AlteredParts = (request: FastifyRequest) => Altered

/**
 * Takes bodies as they come. A message carries whatever other agents have put into it, numbers beyond JavaScript's too:
 * what is not used may be as it likes, and a call says itself what it uses.
 */
export function installBodies (scope: FastifyInstance, readJson: HttpTools<FastifyReply>['readJson']): AlteredParts {
  const known = new WeakMap<FastifyRequest, Altered>()
  scope.removeContentTypeParser('application/json')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const { value, ...altered } = readJson(body)
    known.set(request, altered)
    return value
  })
  return request => known.get(request) ?? { altered: [], complete: true }
}

/**
 * Refuses what was altered in a part that is used, or around one.
 * @param used JSON pointers
 * @throws Problem `unsafe-json`
 */
export function refuseAltered ({ altered, complete }: Altered, used: readonly string[]): void {
  // Where the search ended early, nobody knows what else there is.
  const errors = complete ? altered.filter(({ pointer }) => used.some(part => concerns(pointer, part))) : altered
  if (errors.length > 0) throw new Problem('unsafe-json', { errors })
}

function concerns (pointer: Violation['pointer'], part: string): boolean {
  return pointer === part || pointer.startsWith(`${part}/`) || part.startsWith(`${pointer}/`) || pointer === ''
}
