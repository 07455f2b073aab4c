import { parseVersion, type ServerState } from './state.js'
import { mustBeServing, ZookeeperTrouble } from './trouble.js'

/** How much of an answer that is not understood is shown. */
const shownLength = 60

/**
 * Reads the answer to `srvr`: lines of `Name: value` (ZooKeeper Administrator's Guide, "The Four Letter Words").
 * @throws ZookeeperTrouble when the server does not serve, or this is no answer of a ZooKeeper server
 */
export function parseSrvr (answer: string): ServerState {
  mustBeServing(answer)
  const lines = new Map(answer.split(/\r?\n/).map(line => splitLine(line)))
  const version = parseVersion(lines.get('Zookeeper version') ?? '')
  const mode = lines.get('Mode')
  const zxid = parseZxid(lines.get('Zxid') ?? '')
  if (version === null || mode === undefined || zxid === null) {
    throw new ZookeeperTrouble(`what it says is not the answer of a ZooKeeper server: ${quoted(answer)}`)
  }
  const [min = null, avg = null, max = null] = (lines.get('Latency min/avg/max') ?? '').split('/').map(figure)
  return {
    version,
    mode,
    zxid,
    connections: figure(lines.get('Connections')),
    outstanding: figure(lines.get('Outstanding')),
    znodes: figure(lines.get('Node count')),
    latency: { min, avg, max }
  }
}

function splitLine (line: string): [string, string] {
  const at = line.indexOf(': ')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)]
}

/** Java prints the signed 64 bits as they are: with the top bit set they stand for a negative number. */
function parseZxid (text: string): bigint | null {
  return /^0x[0-9a-f]{1,16}$/i.test(text) ? BigInt.asIntN(64, BigInt(text)) : null
}

function figure (text: string | undefined): number | null {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null
}

function quoted (answer: string): string {
  return JSON.stringify(answer.length > shownLength ? `${answer.slice(0, shownLength)}...` : answer)
}
