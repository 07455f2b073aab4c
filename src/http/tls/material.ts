import { constants, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Instant } from '../../domain/clock.js'
import { crlEnd } from './crl-end.js'
import { readTexts, type FileSetting, type TlsSettings, type TlsTexts } from './files.js'
import { certificateLabel, crlLabel, pemBlocks } from './pem.js'

/** What a listener needs of its files, read and checked. */
export interface TlsMaterial {
  /** All that a context is made with: Node forgets whatever a new one does not repeat. */
  readonly context: SecureContextOptions
  /** The certificate of the agent itself. */
  readonly certificate: X509Certificate
  /** The authorities of clients and their revocation lists: where it differs, clients have to be verified anew. */
  readonly trust: string
  /** When the first of the revocation lists expires; null where there are none. */
  readonly revocationsUntil: Instant | null
}

/** What reading the files came to: the material, or what is wrong, one sentence each with the setting and the file. */
export type Reading =
  | { readonly material: TlsMaterial, readonly troubles: readonly [] }
  | { readonly material: null, readonly troubles: readonly string[] }

/** When a certificate begins and ends to be valid. */
export function validityOf (certificate: X509Certificate): { readonly from: Instant, readonly until: Instant } {
  return { from: Date.parse(certificate.validFrom), until: Date.parse(certificate.validTo) }
}

/** Reads the files and sees to it that they fit together. Whether the certificate is valid today is not asked. */
export function readMaterial (settings: TlsSettings): Reading {
  const troubles: string[] = []
  const texts = readTexts(settings, troubles)
  const tell = (setting: FileSetting, what: string): null => {
    troubles.push(`tls.${setting}: ${settings[setting]} ${what}`)
    return null
  }
  const certificate = ownCertificate(texts, tell)
  const key = privateKey(texts, tell)
  const authorities = blocksOf({ texts, setting: 'clients_ca_bundle', label: certificateLabel, what: 'certificate' }, tell)
  const revocations = blocksOf({ texts, setting: 'clients_crl', label: crlLabel, what: 'revocation list' }, tell)
  if (certificate !== null && key !== null && !certificate.checkPrivateKey(key)) {
    tell('server_key', `does not belong to the first certificate in ${settings.server_cert}, which must be that of the agent`)
  }
  for (const block of authorities) {
    if (tryCertificate(block) === null) tell('clients_ca_bundle', unreadable)
  }
  if (troubles.length > 0 || certificate === null) return { material: null, troubles }

  const context = contextOf({ texts, authorities, revocations })
  try {
    createSecureContext(context)
  } catch (error) {
    return { material: null, troubles: [`tls: OpenSSL does not take these files: ${(error as Error).message}`] }
  }
  const ends = revocations.map(crlEnd).filter(end => end !== null)
  const revocationsUntil = ends.length === 0 ? null : Math.min(...ends)
  return { material: { context, certificate, trust: [...authorities, ...revocations].join('\n'), revocationsUntil }, troubles: [] }
}

const unreadable = 'has a certificate in it that cannot be read'

type Tell = (setting: FileSetting, what: string) => null

function ownCertificate (texts: TlsTexts, tell: Tell): X509Certificate | null {
  const all = blocksOf({ texts, setting: 'server_cert', label: certificateLabel, what: 'certificate' }, tell)
  const [own] = all
  if (own === undefined) return null
  if (all.some(block => tryCertificate(block) === null)) return tell('server_cert', unreadable)
  return new X509Certificate(own)
}

function tryCertificate (block: string): X509Certificate | null {
  try {
    return new X509Certificate(block)
  } catch {
    return null
  }
}

function privateKey ({ server_key: text }: TlsTexts, tell: Tell): KeyObject | null {
  if (text === null) return null
  try {
    return createPrivateKey(text)
  } catch (error) {
    const encrypted = /ENCRYPTED/.test(text) || (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE'
    return tell('server_key', encrypted
      ? 'is encrypted: the agent knows no passphrase; protect the file by its permissions instead'
      : 'holds no private key in PEM that can be read')
  }
}

interface Blocks {
  readonly texts: TlsTexts
  readonly setting: FileSetting
  readonly label: string
  /** What a block is, in words. */
  readonly what: string
}

/**
 * The blocks of a file, which must have at least one. Left to itself Node takes garbage for a bundle without
 * authorities, an empty text for all the authorities that browsers trust, and only the first of several revocation
 * lists.
 */
function blocksOf ({ texts, setting, label, what }: Blocks, tell: Tell): string[] {
  const text = texts[setting]
  if (text === null) return []
  const blocks = pemBlocks(text, label)
  if (blocks === null) tell(setting, 'is cut off in the middle of a PEM block')
  else if (blocks.length === 0) tell(setting, `holds no ${what} in PEM`)
  return blocks ?? []
}

interface ContextParts {
  readonly texts: TlsTexts
  readonly authorities: readonly string[]
  readonly revocations: readonly string[]
}

/**
 * Sessions are not resumed where clients show certificates: the resumed one would be taken for what the first was
 * verified as, though the certificate has been revoked, or has expired, since. (OpenSSL looks at neither again; and
 * Node takes every resumed session of TLS 1.3 for authorized, also one that never had a certificate.)
 */
function contextOf ({ texts, authorities, revocations }: ContextParts): SecureContextOptions {
  const { SSL_OP_NO_RENEGOTIATION: noRenegotiation, SSL_OP_NO_TICKET: noTicket } = constants
  const verifies = authorities.length > 0
  return {
    cert: texts.server_cert ?? '',
    key: texts.server_key ?? '',
    minVersion: 'TLSv1.2',
    secureOptions: verifies ? noRenegotiation | noTicket : noRenegotiation,
    ...verifies ? { ca: [...authorities] } : {},
    ...revocations.length > 0 ? { crl: [...revocations] } : {}
  }
}
