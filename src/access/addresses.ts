import { BlockList, isIP, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Those that nearly every request comes from: asking the list costs 2 µs. */
const usual = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost'])

/** True for the addresses that only this machine can reach, also where IPv6 has an IPv4 address in it. */
export function isLoopback (host: string): boolean {
  return usual.has(host) || (isIP(host) > 0 && loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4'))
}

/**
 * What failed logins are counted by: an IPv4 address, also one inside of IPv6, and of an IPv6 address the first 64
 * bits, since whoever has one address of such a network has them all (RFC 4291, 2.5.1).
 */
export function networkOf (address: string): string {
  if (!isIPv6(address)) return address
  const [plain = ''] = address.split('%')
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  return inside ?? `${groupsOf(plain).slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address. */
function groupsOf (address: string): string[] {
  const [before = '', after] = address.toLowerCase().split('::')
  const split = (text: string | undefined): string[] => text === undefined || text === '' ? [] : text.split(':')
  const head = split(before)
  const tail = split(after)
  // Only the first four count, so an IPv4 address at the end, which stands for two groups, may count as one.
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  return [...head, ...after === undefined ? [] : zeros, ...tail].map(group => group.replace(/^0+(?=.)/, ''))
}
