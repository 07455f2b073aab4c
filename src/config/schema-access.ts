import { principalNameInWords, principalNamePattern, scopeInWords, scopePattern } from '../domain/access-words.js'
import type { SchemaNode } from '../schema-node.js'

const scopes: SchemaNode = {
  type: 'array',
  items: { type: 'string', pattern: scopePattern, 'x-allowed': scopeInWords },
  'x-allowed': `a list of scopes, each ${scopeInWords}`
}

const patterns: SchemaNode = { type: 'array', items: { type: 'string', minLength: 1 }, default: [] }

const certificateSchema: SchemaNode = {
  type: 'object',
  description: 'One principal: which client certificates are its, and what it may do.',
  additionalProperties: false,
  required: ['scopes'],
  properties: {
    subjects: {
      ...patterns,
      description: 'Patterns for the subject: attributes that it must have all, with * for anything.',
      examples: [['CN=core-*, O=Ops']]
    },
    alternative_names: {
      ...patterns,
      items: {
        type: 'string',
        pattern: '^(DNS|IP|URI|email|RID|DirName|othername):.+$',
        'x-allowed': 'a name with its type, as in DNS:*.example.com, IP:10.0.0.7, URI:spiffe://prod/core or email:core@example.com'
      },
      description: 'Patterns for a subject alternative name, with its type.',
      examples: [['URI:spiffe://prod/core']]
    },
    scopes: { ...scopes, description: 'What it may do.', examples: [['read', 'schedule:postgresql.steward/*']] }
  }
}

/** Who may do what. */
export const accessSchema: SchemaNode = {
  type: 'object',
  description: 'Who may do what.',
  additionalProperties: false,
  properties: {
    tokens_file: {
      type: ['string', 'null'],
      minLength: 1,
      'x-allowed': 'the path of a file, or null',
      description: 'The file that "steward token" keeps the hashes of tokens in. Null: no tokens are taken.',
      default: null,
      examples: ['/var/lib/steward/tokens.json']
    },
    local_scopes: {
      ...scopes,
      description: 'What who reaches the agent over loopback without token or certificate may do. ' +
        'An empty list: all must show one.',
      default: ['admin'],
      examples: [['read']]
    },
    certificates: {
      type: 'object',
      description: 'Principals by name, with the client certificates that are theirs. ' +
        'Empty: each certificate is a principal named by its CN that may read, schedule and cancel.',
      additionalProperties: certificateSchema,
      propertyNames: { pattern: principalNamePattern, 'x-allowed': principalNameInWords },
      default: {},
      examples: [{ core: { subjects: ['CN=core-*, O=Ops'], scopes: ['read', 'schedule', 'cancel'] } }]
    },
    failures_per_minute: {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      description: 'How many failed logins of one address are answered and logged one by one in a minute.',
      default: 10
    }
  }
}
