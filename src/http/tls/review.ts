import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { describeCertificate, doubtsAboutDates } from './certificate-words.js'
import type { TlsKeeper } from './keeper.js'

/** Where clients reach the agent. */
export interface Reached {
  /** The host that it listens on. */
  readonly bind: string
  /** The names of `http.hosts`. */
  readonly hosts: readonly string[]
}

/** What is to be said of the certificates of a listener. */
export interface TlsReview {
  /** One sentence: how connections are encrypted, and until when. */
  readonly summary: string
  /** What is allowed and unwise, as sentences without their stops. */
  readonly doubts: readonly string[]
}

/** Looks at what a listener has read. */
export function reviewTls ({ clients, clock, current }: TlsKeeper, reached: Reached): TlsReview {
  const material = current()
  const { certificate } = material
  const { subject, names, until } = describeCertificate(certificate)
  const asked = clients === null ? 'clients are not asked for certificates' : `client certificates are ${clients}`
  return {
    summary: `Connections are encrypted as ${[subject || 'nobody', ...names].join(', ')}, until ${until}; ${asked}.`,
    doubts: [...doubtsAboutDates(material, clock.now()), ...doubtsAboutNames(certificate, reached)]
  }
}

const everyAddress = ['0.0.0.0', '::']

function doubtsAboutNames (certificate: X509Certificate, { bind, hosts }: Reached): string[] {
  const names = [...everyAddress.includes(bind) ? [] : [bind], ...hosts]
  return names.filter(name => !covers(certificate, name))
    .map(name => `the certificate of the agent does not name ${name}: clients that reach the agent under it will refuse it`)
}

/** Clients of today look at alternative names alone (RFC 9525, section 6.3). */
function covers (certificate: X509Certificate, name: string): boolean {
  const found = isIP(name) > 0 ? certificate.checkIP(name) : certificate.checkHost(name, { subject: 'never' })
  return found !== undefined
}
