import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../../route-access.js'
import { examples } from '../../schemas/examples.js'
import { problemResponses } from '../../schemas/problem.js'
import { jsonResponse } from '../../schemas/shared.js'

/** `GET /whoami`: whom the agent takes the caller for. */
export function whoamiRoute (app: FastifyInstance): void {
  app.get('/whoami', { schema: whoamiOperation, config: { access: 'known' } }, async request => {
    const { name, method, scopes, remoteAddress } = principalOf(request)
    return { name, method, scopes, remote_address: remoteAddress }
  })
}

const whoamiOperation = {
  operationId: 'whoAmI',
  summary: 'Whom the agent takes you for',
  description: 'The principal that your token, your certificate or your address stands for, and what it may do.',
  tags: ['access'],
  response: {
    200: jsonResponse({ description: 'The principal.', schema: 'Principal', example: examples.principal }),
    ...problemResponses([])
  }
}
