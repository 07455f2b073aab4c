/** What a PEM block (RFC 7468) is called that holds a certificate. */
export const certificateLabel = 'CERTIFICATE'

/** What a PEM block is called that holds a revocation list. */
export const crlLabel = 'X509 CRL'

/**
 * The PEM blocks of one label in a text, each with its lines of begin and end. What stands between blocks is a comment.
 * Null where a block of whatever label has begun and not ended: the text was cut off.
 */
export function pemBlocks (text: string, label: string): string[] | null {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  if (count(/^-----BEGIN [^-\n]+-----/gm) !== count(/^-----END [^-\n]+-----/gm)) return null
  return text.match(new RegExp(`^-----BEGIN ${label}-----[^-]+-----END ${label}-----`, 'gm')) ?? []
}
