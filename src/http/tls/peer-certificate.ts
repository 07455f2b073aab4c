import type { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from '../../domain/ports/access.js'

/**
 * The names in a certificate; undefined when they cannot be read with certainty. Whether the certificate can be trusted
 * is not asked here.
 */
export function readPeerCertificate (certificate: Pick<X509Certificate, 'subject' | 'subjectAltName'>): PeerCertificate | undefined {
  const subject = readSubject(certificate.subject)
  const alternativeNames = readAlternativeNames(certificate.subjectAltName ?? '')
  return subject === undefined || alternativeNames === undefined ? undefined : { subject, alternativeNames }
}

/**
 * The attributes of a subject as `X509Certificate.subject` has them. Unlike the object of `getPeerCertificate` it keeps
 * their order. A line is one relative name, several attributes of which stand between ` + `; in values, control
 * characters are escaped as `\` and two hexadecimal digits, and what RFC 2253 names with `\` alone: so no value can
 * pretend to be a line or an attribute of its own.
 */
function readSubject (text: string): PeerCertificate['subject'] | undefined {
  if (text === '') return []
  const attributes: Array<readonly [string, string]> = []
  for (const attribute of text.split(/\n| \+ /)) {
    const [, type, value] = /^([A-Za-z0-9.-]+)=((?:[^\\\n]|\\(?:[0-9A-F]{2}|[^0-9A-F\n]))*)$/s.exec(attribute) ?? []
    if (type === undefined || value === undefined) return undefined
    attributes.push([type, unescaped(value)])
  }
  return attributes
}

function unescaped (value: string): string {
  return value.replace(/\\([0-9A-F]{2}|.)/gs, (_all, code: string) =>
    code.length === 2 ? String.fromCharCode(Number.parseInt(code, 16)) : code)
}

/** Types as the extension file of openssl names them, where Node has words of its own. */
const types: Readonly<Record<string, string>> = { 'IP Address': 'IP', 'Registered ID': 'RID' }

/**
 * The entries of `X509Certificate.subjectAltName`, for example `DNS:core, URI:"spiffe://a\u002cb"`: Node writes a value
 * as a JSON text where anything in it could be taken for the next entry (CVE-2021-44532).
 */
function readAlternativeNames (text: string): string[] | undefined {
  const names: string[] = []
  const entry = /([A-Za-z0-9][A-Za-z0-9 ]*):("(?:[^"\\]|\\.)*"|[^",]*)(?:, (?=.)|$)/gsy
  while (entry.lastIndex < text.length) {
    const [, type, value] = entry.exec(text) ?? []
    if (type === undefined || value === undefined) return undefined
    const plain = value.startsWith('"') ? fromJson(value) : value
    if (plain === undefined) return undefined
    names.push(`${types[type] ?? type}:${plain}`)
  }
  return names
}

function fromJson (text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
