/**
 * Whether the event loop stays free: how long `/livez` takes on an idle agent, and while no-op actions drain.
 * Starts the built program in a temporary folder.
 *
 *     node --import=tsx bench/free-loop.ts [--actions 20000]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { actions: { type: 'string', default: '20000' } } })
const actions = Number(values.actions)
const folder = mkdtempSync(join(tmpdir(), 'steward-bench-'))
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const child = spawn(process.execPath, [program, 'serve', '--bind', '127.0.0.1:0', '--set', 'log.level=info'], {
  cwd: folder, stdio: ['ignore', 'pipe', 'ignore']
})
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Sends a request and resolves with the body. */
async function ask (url: string, options: { method?: string, body?: string } = {}): Promise<string> {
  const { method = 'GET', body } = options
  const headers = body === undefined
    ? {}
    : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  const sent = request(url, { method, agent, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response') as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk)
  return text
}

/** Asks for `/livez` again and again until `over`, and gives the milliseconds that each answer took. */
async function probe (url: string, over: () => boolean): Promise<number[]> {
  const took: number[] = []
  while (!over()) {
    const began = performance.now()
    await ask(`${url}/livez`)
    took.push(performance.now() - began)
  }
  return took.sort((a, b) => a - b)
}

function tell (name: string, took: readonly number[]): void {
  const place = (share: number): number => Math.min(took.length - 1, Math.floor(took.length * share))
  const at = (share: number): string => (took[place(share)] ?? 0).toFixed(2)
  console.log(`${name.padEnd(28)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms   (${took.length} answers)`)
}

try {
  let url = ''
  for await (const line of createInterface(child.stdout)) {
    const record = JSON.parse(line) as { msg: string, url?: string }
    if (record.msg === 'listening') {
      url = record.url ?? ''
      break
    }
  }
  child.stdout.resume()
  const schedule = async (body: object): Promise<string> =>
    (JSON.parse(await ask(`${url}/api/v1/actions`, { method: 'POST', body: JSON.stringify(body) })) as { id: string }).id

  // A first action holds the lane until all the others wait behind it.
  const blocker = await schedule({ kind: 'agent.steward/test.script', args: { steps: [{ do: 'sleep', ms: 3_600_000 }] } })
  let left = actions
  let last = ''
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (left-- > 0) last = await schedule({ kind: 'agent.replicante.io/debug.success' })
  }))
  const until = performance.now() + 3000
  tell('idle', await probe(url, () => performance.now() > until))

  await ask(`${url}/api/v1/actions/${blocker}/cancel`, { method: 'POST', body: '{}' })
  const began = performance.now()
  let drained = false
  const draining = (async () => {
    for (;;) {
      const { state } = JSON.parse(await ask(`${url}/api/v1/actions/${last}?wait=60s`)) as { state: string }
      if (state === 'DONE') break
    }
    drained = true
  })()
  tell(`draining ${actions} actions`, await probe(url, () => drained))
  await draining
  console.log(`drained ${Math.round(actions / (performance.now() - began) * 1000)} actions a second meanwhile`)
} finally {
  child.kill('SIGTERM')
  await once(child, 'exit')
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}
