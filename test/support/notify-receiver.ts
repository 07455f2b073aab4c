import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const script = fileURLToPath(new URL('notify-receiver.py', import.meta.url))

/** One message of sd_notify(3): its variables by name. */
export type Notification = Readonly<Record<string, string>>

/** A socket in the place of systemd's. */
export interface NotifyReceiver {
  /** What to give to the program as NOTIFY_SOCKET. */
  readonly address: string
  /** What has come so far, in the order of its coming. */
  readonly received: readonly Notification[]
  /** Resolves with the first message that has this variable, also when it has come already. */
  until (variable: string): Promise<Notification>
}

/** Receives the messages of sd_notify(3) at a path, or at a name of the abstract namespace that begins with `@`. */
export async function startNotifyReceiver (t: Test, address: string): Promise<NotifyReceiver> {
  const child = spawn('python3', [script, address], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  const received: Notification[] = []
  const waiters = new Set<() => void>()
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.once('line', () => { resolve() })
    child.once('error', reject)
    child.once('close', code => { reject(new Error(`the receiver ended with ${code}`)) })
  })
  lines.on('line', line => {
    received.push(Object.fromEntries((JSON.parse(line) as string[]).map(split)))
    for (const look of waiters) look()
  })

  const until = (variable: string): Promise<Notification> => new Promise(resolve => {
    const look = (): void => {
      const found = received.find(message => variable in message)
      if (found === undefined) return
      waiters.delete(look)
      resolve(found)
    }
    waiters.add(look)
    look()
  })
  return { address, received, until }
}

function split (line: string): [string, string] {
  const end = line.indexOf('=')
  return [line.slice(0, end), line.slice(end + 1)]
}
