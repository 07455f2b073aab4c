import { isIPv6 } from 'node:net'

/** An address to listen on. */
export interface Bind {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

const shape = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/

/** Takes HOST:PORT apart, for example `localhost:8000` or `[::1]:0`; null when the text is not one. */
export function parseBind (text: string): Bind | null {
  const [, v6, name, digits] = shape.exec(text) ?? []
  const host = v6 ?? name
  const port = Number(digits)
  if (host === undefined || port > 65535) return null
  if (v6 !== undefined && !isIPv6(v6)) return null
  return { host, port }
}
