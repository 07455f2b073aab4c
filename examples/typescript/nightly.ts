/**
 * A backup a day, however often it is asked for: for a timer, on as many machines as you like. The Idempotency-Key
 * names the day, so the first request of a day makes the action, and the others find it. Once it has FAILED, the day's
 * is done with: schedule another one by hand.
 * Usage: nightly.ts [KIND]
 */
import { AgentRefusal } from 'steward-agent/client'
import { fromEnvironment } from './agent.js'

const [kind = 'sqlite.steward/backup'] = process.argv.slice(2)
const today = new Date().toISOString().slice(0, 10)
const steward = fromEnvironment()
try {
  const { action: { state, id } } = await steward.schedule({ kind }, { idempotencyKey: `${kind} ${today}` })
  console.log(state, id)
} catch (error) {
  if (!(error instanceof AgentRefusal)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
await steward.close()
