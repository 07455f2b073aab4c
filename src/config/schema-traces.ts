import type { SchemaNode } from '../schema-node.js'

/** Where traces are sent, and how many. See docs/observability.md. */
export const tracesSchema: SchemaNode = {
  type: 'object',
  description: 'Traces. Of the variables OTEL_* of OpenTelemetry only those with headers for the collector count.',
  additionalProperties: false,
  properties: {
    endpoint: {
      type: ['string', 'null'],
      format: 'collector-url',
      'x-allowed': 'null, or an http or https URL without user, password, query and fragment, such as http://127.0.0.1:4318',
      description: 'A collector that takes OTLP over HTTP, as the URL before /v1/traces. Null: no spans are recorded; actions keep ' +
        'the trace that their caller sent all the same.',
      default: null,
      examples: ['http://127.0.0.1:4318']
    },
    headers_file: {
      type: ['string', 'null'],
      minLength: 1,
      'x-allowed': 'the path of a file, or null',
      description: 'A file with headers for the collector, such as its credentials: "name: value" on each line. It is read anew for ' +
        'each batch.',
      default: null,
      examples: ['/etc/steward/collector.headers']
    },
    service_name: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description: 'The name of the service in the traces (service.name).',
      default: 'steward'
    },
    sample_ratio: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'Of the traces that begin with the agent, the part that is recorded. Where a caller sends a trace, it has decided.',
      default: 1
    }
  }
}
