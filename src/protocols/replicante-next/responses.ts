const errorSchema = {
  type: 'object',
  description: 'An error.',
  properties: { error_msg: { type: 'string', description: 'What went wrong, and where.' } },
  required: ['error_msg'],
  additionalProperties: false
}

/** What each error means, with an example of what it says. */
const errors = {
  400: ['The request is not valid.', 'The arguments are not valid: /args/target must be <= 10000.'],
  401: ['Not authenticated.', 'This needs a token or a client certificate.'],
  403: ['Not allowed, or actions are disabled.', 'This agent does not take actions: actions.enabled is false.'],
  409: ['The id is taken, by whatever action.', 'An action with this id exists already.'],
  413: ['The body is too large.', 'The body may hold at most 1048576 bytes.'],
  415: ['The body is not JSON.', 'Send the header "Content-Type: application/json", also when there is no body.'],
  429: [
    'The queue is full; the header Retry-After says when to try again.',
    '100000 actions are waiting or running, which is the limit. Try again when some have finished.'
  ],
  500: [
    'A defect of the agent; its log has the details.',
    'Something went wrong inside the agent. Its log has the details under the request id 0198c5a1.'
  ],
  503: [
    'The agent is stopping, or the datastore does not answer; the header Retry-After says when to try again.',
    'The agent is stopping and takes nothing new.'
  ],
  507: [
    'The disk is full.',
    'The disk that holds the database has no room, so nothing new is taken. Free some space; nothing that was accepted is lost.'
  ]
} as const satisfies Record<number, readonly [description: string, example: string]>

const retryAfter = { 'retry-after': { type: 'integer', description: 'Seconds.' } }

/** The statuses of errors that an operation can have. */
export type ErrorStatus = keyof typeof errors

/** What an operation answers when all is well. */
interface Success {
  readonly schema: object
  readonly description: string
  readonly example: unknown
}

/** Response schemas for a route: its success and the errors it can have. Every route can have 401, 403, 500 and 503. */
export function responses (success: Success, statuses: readonly ErrorStatus[] = []): Record<number, object> {
  const { schema, description, example } = success
  const all = [...new Set([...statuses, 401, 403, 500, 503] as const)]
  return {
    200: { ...schema, description, examples: [example] },
    ...Object.fromEntries(all.map(status => [status, errorResponse(status)]))
  }
}

function errorResponse (status: ErrorStatus): object {
  const [description, sentence] = errors[status]
  return {
    ...errorSchema,
    description,
    examples: [{ error_msg: sentence }],
    ...(status === 429 || status === 503 ? { headers: retryAfter } : {})
  }
}
