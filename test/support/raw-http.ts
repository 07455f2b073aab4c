import { connect } from 'node:net'
import type { Teardown } from './engine.js'

/** A connection on which a test sends whatever it wants. */
export interface RawConnection {
  readonly send: (text: string) => void
  /** What has come so far, as soon as it matches. Rejects when the connection is closed before. */
  readonly until: (pattern: RegExp) => Promise<string>
  /** All that came, when the connection is closed, by whatever side and in whatever way. */
  readonly closed: Promise<string>
  readonly destroy: () => void
  /** Resolves when the connection is open, or has failed to be. */
  readonly connected: Promise<void>
  /** Takes nothing from the network any more. */
  readonly pause: () => void
}

/** Connects to a server at an address such as `http://127.0.0.1:40123`. Destroyed at the end of the test. */
export function connectRaw (t: Teardown, url: string): RawConnection {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.teardown(() => { socket.destroy() })
  const waiting = new Set<() => void>()
  const look = (): void => { for (const each of waiting) each() }
  let received = ''
  let ended = false
  socket.on('error', () => {})
  socket.on('data', chunk => {
    received += chunk.toString('latin1')
    look()
  })
  const connected = new Promise<void>(resolve => { socket.once('connect', resolve).once('close', () => { resolve() }) })
  const closed = new Promise<string>(resolve => {
    socket.once('close', () => {
      ended = true
      look()
      resolve(received)
    })
  })
  const until = async (pattern: RegExp): Promise<string> => await new Promise((resolve, reject) => {
    const check = (): void => {
      const found = pattern.test(received)
      if (!found && !ended) return
      waiting.delete(check)
      if (found) resolve(received)
      else reject(new Error(`the connection closed before ${String(pattern)} came: ${received}`))
    }
    waiting.add(check)
    check()
  })
  return {
    send: text => { socket.write(text, 'latin1') },
    until,
    closed,
    connected,
    destroy: () => { socket.destroy() },
    pause: () => { socket.pause() }
  }
}

/** The text of a request without a body. */
export function rawGet (path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`
}

/** The text of a request with a JSON body. `length` is what it says its length is. */
export function rawPost (path: string, body: string, length = body.length): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`
}
