import { connect, type Socket } from 'node:net'
import type { Teardown } from '../../support/engine.js'
import { startTcpServer } from '../../support/tcp-server.js'

/** Stands between a replica and its primary. */
export interface LinkProxy {
  /** Where the replica finds the primary. */
  readonly port: number
  /** Lets nothing of the primary's changes through, while other clients are served. */
  hold (): void
  release (): void
}

/** Starts a proxy before the server on that port. The test's end closes it. */
export async function startLinkProxy (t: Teardown, target: number): Promise<LinkProxy> {
  const links = new Set<Socket>()
  const { port } = await startTcpServer(t, near => {
    const far = connect(target, '127.0.0.1')
    near.once('close', () => {
      far.destroy()
      links.delete(far)
    })
    far.on('error', () => {}).once('close', () => { near.destroy() })
    near.on('data', chunk => {
      // Only a replica says this.
      if (chunk.includes('PSYNC')) links.add(far)
      far.write(chunk)
    })
    far.on('data', chunk => { near.write(chunk) })
  })
  return {
    port,
    hold: () => { for (const link of links) link.pause() },
    release: () => { for (const link of links) link.resume() }
  }
}
