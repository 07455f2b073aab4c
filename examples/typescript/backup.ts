/**
 * Asks for a piece of work, a backup unless told otherwise, and waits for its end.
 * Usage: backup.ts [KIND [ARGS]]. Exits with 0 when it is DONE, with 1 when it FAILED or was refused.
 */
import { randomUUID } from 'node:crypto'
import { finish, withAgent } from './agent.js'

const [kind = 'sqlite.steward/backup', args = 'null'] = process.argv.slice(2)
await withAgent(async steward => {
  // The id is ours: if an answer is lost, the repeated request finds the action of the first.
  const { action: { id } } = await steward.schedule({ id: randomUUID(), kind, args: JSON.parse(args) })
  await finish(steward, id)
})
