/**
 * A contender in its own process: opens the peer that its one argument names, then carries out what comes as JSON lines
 * on standard input. The end of its input ends it.
 */
import { createInterface } from 'node:readline'
import { serve } from './http.js'
import { both, counting, drain, pickup, schedule, type Counting } from './measure.js'
import type { OpenPeer, Peer, PeerOptions } from './peer.js'
import type { Answer, Command } from './protocol.js'

const { name, ...options } = JSON.parse(process.argv[2] ?? '') as PeerOptions & { readonly name: string }

function say (answer: Answer): void {
  process.stdout.write(`${JSON.stringify({ answer })}\n`)
}

function complain (error: unknown): void {
  const absent = error instanceof Error && (error.name === 'Absent' || isMissingPackage(error))
  say({ error: error instanceof Error ? error.message : String(error), absent })
}

function isMissingPackage (error: Error): boolean {
  return 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

async function open (): Promise<Peer> {
  // Peers are plain JavaScript: their types are not there before they are installed.
  const own = ['fastify', 'sqlite', 'steward'].includes(name)
  const adapter = await import(`./${name}.${own ? 'ts' : 'mjs'}`) as { open: OpenPeer }
  return await adapter.open(options)
}

function carryOut (peer: Peer, worker: Counting): (command: Command) => unknown {
  return command => {
    switch (command.do) {
      case 'schedule': return schedule(peer, command)
      case 'drain': return drain(peer, command)
      case 'both': return both(peer, command)
      case 'pickup': return pickup(peer, command)
      case 'handled': return worker.count()
      case 'serve': return serveWith(peer, command.work ? worker : null)
    }
  }
}

async function serveWith (peer: Peer, worker: Counting | null): Promise<string> {
  if (worker !== null) await peer.work(worker.handler)
  return await serve(peer.add)
}

async function main (): Promise<void> {
  const peer = await open()
  const run = carryOut(peer, counting())
  say({ value: 'open' })
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say({ value: await run(JSON.parse(line) as Command) })
    } catch (error) {
      complain(error)
    }
  }
  await peer.close()
}

main().catch(complain).finally(() => { process.exit() })
