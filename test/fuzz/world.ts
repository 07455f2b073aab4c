import { recordLog } from '../support/log-record.js'
import { openHttpApp } from '../support/http-app.js'
import { everyHttpProtocol } from '../support/protocols.js'
import type { Teardown } from '../support/engine.js'
import type { KindDescription } from '../../src/domain/ports/scheduler.js'
import { Sender } from './send.js'

/** A server with every protocol and a running executor, and what is to be seen of it. */
export interface World {
  readonly sender: Sender
  readonly kinds: readonly KindDescription[]
  /** Ids of actions that are there from the beginning. */
  readonly ids: readonly string[]
  /** Lines of any log that tell of a defect. */
  readonly defects: () => string[]
}

const mostWaitSeconds = 0.02
const heldActions = 12

/** Opens it on a store on disk and a port; closed at the end of the test. */
export async function openWorld (t: Teardown): Promise<World> {
  const record = recordLog()
  const fatal: string[] = []
  const app = await openHttpApp(t, {
    config: { waitLimitSeconds: mostWaitSeconds },
    engine: { log: record.log, onFatal: problem => { fatal.push(String(problem)) } },
    protocols: everyHttpProtocol
  })
  const { engine } = app
  await engine.run()
  const ids: string[] = []
  for (const kind of ['agent.replicante.io/debug.success', 'agent.replicante.io/debug.fail', 'agent.replicante.io/debug.progress']) {
    const { id } = await engine.schedule(kind)
    await engine.finished(id)
    ids.push(id)
  }
  // Cancelling has to meet something that has not ended.
  for (let count = 0; count < heldActions; count++) {
    const { id } = await engine.schedule('agent.steward/test.script', { lane: 'held', args: { steps: [{ do: 'sleep', ms: 3_600_000 }] } })
    ids.push(id)
  }
  const sender = new Sender(await app.listen())
  t.teardown(() => { sender.close() })
  return {
    sender,
    ids,
    kinds: engine.scheduler.kinds(),
    defects: () => {
      const requests = app.logged().map(line => JSON.stringify(line))
      return [...fatal, ...[...record.lines(), ...requests].filter(isDefect)]
    }
  }
}

function isDefect (line: string): boolean {
  return (JSON.parse(line) as { level: number }).level >= 50
}
