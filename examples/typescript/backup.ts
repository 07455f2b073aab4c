/**
 * Asks for a piece of work, a backup unless told otherwise, and waits for its end.
 * Usage: backup.ts [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
 */
import { randomUUID } from 'node:crypto'
import { AgentRefusal } from 'steward-agent/client'
import { fromEnvironment } from './agent.js'

const [kind = 'sqlite.steward/backup', args = 'null'] = process.argv.slice(2)
const steward = fromEnvironment()
try {
  // The id is ours: if an answer is lost, the repeated request finds the action of the first.
  const { action: { id } } = await steward.schedule({ id: randomUUID(), kind, args: JSON.parse(args) })
  const { state, state_payload: payload } = await steward.outcome(id)
  console.log(state, id)
  if (state === 'FAILED') {
    console.error((payload as { error: string }).error)
    process.exitCode = 1
  }
} catch (error) {
  if (!(error instanceof AgentRefusal)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
await steward.close()
