import type { Instant } from '../../domain/clock.js'

interface Element {
  readonly tag: number
  readonly content: Buffer
  /** Where the next one begins. */
  readonly next: number
}

const tags = { integer: 0x02, utcTime: 0x17, generalizedTime: 0x18 } as const

/**
 * When a revocation list expires (`nextUpdate`, RFC 5280, section 5.1.2.5), after which OpenSSL refuses every
 * certificate of its authority; null where it does not say, or cannot be read. Node itself cannot tell.
 */
export function crlEnd (pem: string): Instant | null {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
  try {
    const list = elementAt(elementAt(der, 0).content, 0).content
    const first = elementAt(list, 0)
    const signature = first.tag === tags.integer ? elementAt(list, first.next) : first
    const issuer = elementAt(list, signature.next)
    const thisUpdate = elementAt(list, issuer.next)
    return instantOf(elementAt(list, thisUpdate.next))
  } catch {
    return null
  }
}

/** One element of DER: a tag, a length of one byte or of several, and the content. */
function elementAt (der: Buffer, at: number): Element {
  const tag = der.readUInt8(at)
  const short = der.readUInt8(at + 1)
  const lengthBytes = short < 0x80 ? 0 : short - 0x80
  const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  return { tag, content: der.subarray(start, start + length), next: start + length }
}

function instantOf ({ tag, content }: Element): Instant | null {
  if (tag !== tags.utcTime && tag !== tags.generalizedTime) return null
  const digits = content.toString('latin1')
  // Years of two digits are those from 1950 to 2049.
  const century = Number(digits.slice(0, 2)) < 50 ? '20' : '19'
  const full = tag === tags.utcTime ? century + digits : digits
  const time = Date.parse(full.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  return Number.isNaN(time) ? null : time
}
