import type { SchemaNode } from '../../schema-node.js'

/** How to reach the ZooKeeper server. */
export interface ZookeeperSettings {
  readonly host: string
  /** The port of clients, on which four-letter words are answered. */
  readonly port: number
  /** Whether words are asked at all; else the admin server alone is. */
  readonly four_letter_words: boolean
  /** The URL of the admin server, without a path; null: it is not asked. */
  readonly admin_url: string | null
}

/** The settings below `datastore.zookeeper`. */
export const zookeeperSettings: SchemaNode = {
  type: 'object',
  description: 'How to reach the ZooKeeper server.',
  additionalProperties: false,
  properties: {
    host: { type: 'string', minLength: 1, description: 'The host.', default: '127.0.0.1' },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      description: 'The port of clients.',
      default: 2181
    },
    four_letter_words: {
      type: 'boolean',
      description: 'Whether the server is asked with four-letter words on its port. ' +
        'False, for a port that takes TLS only: the admin server alone is asked.',
      default: true
    },
    admin_url: {
      type: ['string', 'null'],
      format: 'origin',
      'x-allowed': 'a URL without a path, such as http://127.0.0.1:8080, or null',
      description: 'The admin server, asked for what four-letter words do not tell. Null: it is not asked.',
      default: 'http://127.0.0.1:8080'
    }
  }
}
