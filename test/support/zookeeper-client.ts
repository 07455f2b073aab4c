import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Opcodes and the ACL of everybody, of ZooDefs.java. */
const operations = { create: 1, close: -11 } as const
const everything = 31
const patienceMs = 10_000

/**
 * Opens a session, creates a persistent sequential node below the root, and ends the session. Resolves to the zxid of
 * the last of these three transactions. The wire format is that of `zookeeper.jute`: frames of a length and big-endian
 * fields, the first a ConnectRequest without a header.
 */
export async function createZnode (port: number): Promise<bigint> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(patienceMs, () => { socket.destroy(new Error('ZooKeeper does not answer')) })
  try {
    await once(socket, 'connect')
    const frames = framesOf(socket)
    const ask = async (...fields: readonly Buffer[]): Promise<Buffer> => {
      const body = Buffer.concat(fields)
      socket.write(Buffer.concat([int(body.length), body]))
      const { value, done } = await frames.next()
      if (done === true) throw new Error('ZooKeeper has closed the session')
      return value
    }
    // Protocol version, last zxid seen, timeout in ms, session id, password, read-only.
    await ask(int(0), long(0n), int(10_000), long(0n), bytes(Buffer.alloc(16)), Buffer.from([0]))
    const acl = [int(1), int(everything), bytes(Buffer.from('world')), bytes(Buffer.from('anyone'))]
    const persistentSequential = int(2)
    const path = bytes(Buffer.from('/steward-'))
    mustBeWell(await ask(int(1), int(operations.create), path, bytes(Buffer.from('x')), ...acl, persistentSequential))
    return mustBeWell(await ask(int(2), int(operations.close)))
  } finally {
    socket.destroy()
  }
}

/** The zxid of a reply's header: xid, zxid, error. */
function mustBeWell (reply: Buffer): bigint {
  const error = reply.readInt32BE(12)
  if (error !== 0) throw new Error(`ZooKeeper answers with the error ${error}`)
  return reply.readBigInt64BE(4)
}

async function * framesOf (socket: Socket): AsyncGenerator<Buffer, void> {
  let held = Buffer.alloc(0)
  for await (const part of socket) {
    held = Buffer.concat([held, part as Buffer])
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const length = held.readInt32BE(0)
      yield held.subarray(4, 4 + length)
      held = held.subarray(4 + length)
    }
  }
}

function int (value: number): Buffer {
  const field = Buffer.alloc(4)
  field.writeInt32BE(value)
  return field
}

function long (value: bigint): Buffer {
  const field = Buffer.alloc(8)
  field.writeBigInt64BE(value)
  return field
}

function bytes (value: Buffer): Buffer {
  return Buffer.concat([int(value.length), value])
}
