import type { X509Certificate } from 'node:crypto'
import type { Instant } from '../../domain/clock.js'
import { formatInstant } from '../../rfc3339.js'
import { validityOf, type TlsMaterial } from './material.js'
import { readPeerCertificate } from './peer-certificate.js'

/** Milliseconds before the end of the certificate at which the agent begins to warn of it: 14 days. */
const warnMs = 14 * 86_400_000

/** A certificate for people. */
export interface CertificateSummary {
  readonly subject: string
  /** Its alternative names with their types. */
  readonly names: readonly string[]
  /** RFC 3339. */
  readonly until: string
}

/** Whose certificate it is, its names, and when it ends. */
export function describeCertificate (certificate: X509Certificate): CertificateSummary {
  const { subject, alternativeNames } = readPeerCertificate(certificate) ?? { subject: [], alternativeNames: [] }
  return {
    subject: subject.map(([type, value]) => `${type}=${value}`).join(', '),
    names: alternativeNames,
    until: formatInstant(validityOf(certificate).until)
  }
}

/** What is doubtful about the time in which certificates and revocation lists are valid, in sentences. */
export function doubtsAboutDates (material: Pick<TlsMaterial, 'certificate' | 'revocationsUntil'>, now: Instant): string[] {
  const { certificate, revocationsUntil: lists } = material
  const old = lists === null || now < lists ? [] : [`a list in tls.clients_crl has expired at ${formatInstant(lists)}: ${locksOut}`]
  return [...doubtsAboutCertificate(certificate, now), ...old]
}

const locksOut = 'clients of its authority are refused until there is a new one'

function doubtsAboutCertificate (certificate: X509Certificate, now: Instant): string[] {
  const { from, until } = validityOf(certificate)
  const at = formatInstant(until)
  if (now < from) return [`the certificate of the agent is not valid before ${formatInstant(from)}: clients will refuse it`]
  if (now >= until) return [`the certificate of the agent has expired at ${at}: clients will refuse it`]
  return until - now >= warnMs ? [] : [`the certificate of the agent ends soon, at ${at}: renew it`]
}
