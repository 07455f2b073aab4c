import { shorten } from '../domain/json.js'
import type { PeerCertificate, Scope } from '../domain/ports/access.js'
import { matchesGlob } from '../glob.js'

/** The client certificates of one principal, as the configuration has them. */
export interface CertificateRule {
  /** Patterns such as `CN=core-*, O=Ops`: each attribute must match one of the subject's; `\,` is a comma. */
  readonly subjects: readonly string[]
  /** Globs for one whole name, such as `URI:spiffe://prod/*`. */
  readonly alternative_names: readonly string[]
  readonly scopes: readonly Scope[]
}

/** Who somebody was found to be. */
export interface Identity {
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** Why somebody is not taken for who they say they are: the part of a sentence. */
export interface Refusal {
  readonly refused: string
}

/** What a certificate that no rule is needed for may do. */
const usualScopes: readonly Scope[] = ['read', 'schedule', 'cancel']

/** Names that stand for who has shown nothing. */
const reserved = new Set(['local', 'anonymous'])

/** Nothing that cannot be seen, and at most what RFC 5280 (appendix A.1, ub-common-name) allows. */
const commonName = /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,64}(?<! )$/u

/**
 * Makes what says whose a verified client certificate is: of the first rule that matches, in the order of the
 * configuration; without any rule, everybody's is their own, by its CN.
 * @throws Error with a sentence that names the key, when a pattern is none, or a rule has none
 */
export function createCertificateMap (rules: Readonly<Record<string, CertificateRule>>):
(certificate: PeerCertificate) => Identity | Refusal {
  const entries = Object.entries(rules).map(([name, rule]) => ({ name, rule, subjects: readSubjects(name, rule) }))
  if (entries.length === 0) return byCommonName
  return certificate => {
    const found = entries.find(({ rule, subjects }) =>
      subjects.some(pattern => matchesSubject(pattern, certificate)) ||
      rule.alternative_names.some(glob => certificate.alternativeNames.some(name => matchesGlob(glob, name))))
    if (found !== undefined) return { name: found.name, scopes: found.rule.scopes }
    return { refused: `no entry of access.certificates is for the client certificate ${subjectOf(certificate)}` }
  }
}

function byCommonName (certificate: PeerCertificate): Identity | Refusal {
  const [name, ...more] = certificate.subject.filter(([type]) => type.toUpperCase() === 'CN').map(([, value]) => value)
  if (name === undefined || more.length > 0 || !commonName.test(name) || reserved.has(name.toLowerCase())) {
    return { refused: `the client certificate ${subjectOf(certificate)} has no CN that could name a principal` }
  }
  return { name, scopes: usualScopes }
}

/** One attribute of a pattern. */
type AttributeGlob = readonly [type: string, glob: string]

function readSubjects (name: string, rule: CertificateRule): AttributeGlob[][] {
  if (rule.subjects.length === 0 && rule.alternative_names.length === 0) {
    throw new Error(`access.certificates.${name}: needs subjects or alternative_names, else no certificate is meant.`)
  }
  return rule.subjects.map(pattern => partsOf(pattern).map(part => {
    const equals = part.indexOf('=')
    const type = part.slice(0, Math.max(0, equals)).trim()
    if (type === '') {
      throw new Error(`access.certificates.${name}.subjects: "${shorten(pattern)}" is no pattern for a subject. ` +
        'It must be attributes with commas between them, for example "CN=core-*, O=Ops"; a comma in a value is "\\,".')
    }
    return [type.toUpperCase(), part.slice(equals + 1).trim()] as const
  }))
}

/** The parts between the commas; a backslash takes the meaning of what is behind it away. */
function partsOf (pattern: string): string[] {
  const parts = ['']
  for (let at = 0; at < pattern.length; at++) {
    const escapes = pattern[at] === '\\' && at + 1 < pattern.length
    if (escapes) at++
    if (pattern[at] === ',' && !escapes) parts.push('')
    else parts[parts.length - 1] += pattern[at]!
  }
  return parts
}

function matchesSubject (pattern: readonly AttributeGlob[], { subject }: PeerCertificate): boolean {
  return pattern.every(([type, glob]) =>
    subject.some(([ofSubject, value]) => ofSubject.toUpperCase() === type && matchesGlob(glob, value)))
}

function subjectOf ({ subject }: PeerCertificate): string {
  return `"${shorten(subject.map(([type, value]) => `${type}=${value}`).join(', '))}"`
}
