/**
 * A backup a day, however often it is asked for: for a timer, on as many machines as you like. The Idempotency-Key
 * names the day, so the first request of a day makes the action, and the others find it. Once it has FAILED, the day's
 * is done with: schedule another one by hand.
 * Usage: nightly.ts [KIND]. Waits for the end. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
 */
import { finish, withAgent } from './agent.js'

const [kind = 'sqlite.steward/backup'] = process.argv.slice(2)
const today = new Date().toISOString().slice(0, 10)
await withAgent(async steward => {
  const { action: { id } } = await steward.schedule({ kind }, { idempotencyKey: `${kind} ${today}` })
  await finish(steward, id)
})
