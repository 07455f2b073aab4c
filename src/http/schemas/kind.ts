/** A kind of action, as discovery tells of it. */
export const kindSchema = {
  $id: 'Kind',
  type: 'object',
  required: ['kind', 'summary', 'args', 'example', 'timeout_ms', 'on_interrupt'],
  properties: {
    kind: { type: 'string' },
    summary: { type: 'string' },
    args: { type: 'object', additionalProperties: true, description: 'JSON Schema of the arguments.' },
    example: { description: 'Arguments that fit; null when the kind needs none.' },
    timeout_ms: { type: ['integer', 'null'], description: 'How long one run may take, in milliseconds; null without limit.' },
    on_interrupt: {
      type: 'string',
      enum: ['resume', 'fail'],
      description: 'What becomes of a running action when the agent crashes: it is run again, or is FAILED.'
    }
  }
}

/** All kinds. */
export const kindsSchema = {
  $id: 'Kinds',
  type: 'object',
  required: ['kinds'],
  properties: { kinds: { type: 'array', items: { $ref: 'Kind#' } } }
}
