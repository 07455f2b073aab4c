import type { SchemaNode } from '../schema-node.js'

/** The setting of a file. */
function file (description: string, example: string): SchemaNode {
  return { type: ['string', 'null'], minLength: 1, description, default: null, examples: [example] }
}

/** Encrypted connections, and the certificates that clients show on them. See docs/tls.md. */
export const tlsSchema: SchemaNode = {
  type: 'object',
  description: 'Encrypted connections.',
  additionalProperties: false,
  properties: {
    server_cert: file(
      'A PEM file with the certificate of the agent, and after it those of the authorities between it and the root. ' +
        'Null: connections are not encrypted. All files of tls are read anew when they change.',
      '/etc/steward/tls/server.pem'
    ),
    server_key: file('A PEM file with the private key of that certificate, without a passphrase.', '/etc/steward/tls/server.key'),
    clients_ca_bundle: file(
      'A PEM file with the authorities whose certificates clients show. Null: clients show none.',
      '/etc/steward/tls/clients-ca.pem'
    ),
    clients_crl: file(
      'A PEM file with the revocation lists of those authorities. It must have one of each, and none that has expired: ' +
        'else clients are refused.',
      '/etc/steward/tls/clients-crl.pem'
    ),
    clients: {
      enum: ['required', 'optional'],
      description: 'Whether a connection without a certificate that can be verified is refused before it can ask anything. ' +
        'With optional it is taken; a certificate that cannot be verified is then refused like a wrong token. ' +
        'Counts only with clients_ca_bundle.',
      default: 'required'
    }
  }
}
