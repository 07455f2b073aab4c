/**
 * Follows everything that happens, for ever, and misses nothing: the id of the last event is kept in a file, and after
 * a restart of the agent, or of this program, the stream goes on behind it.
 * Usage: follow.ts [FILE]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { withAgent } from './agent.js'

const [file = 'last-event'] = process.argv.slice(2)
const after = existsSync(file) ? readFileSync(file, 'utf8') : undefined

await withAgent(async steward => {
  for await (const event of steward.events({ after, patienceMs: Infinity })) {
    if (event.type === 'transition') console.log(event.state, event.kind, event.action_id)
    else console.error(`events are missing: ${event.reason}`)
    // First told, then remembered: rather twice than never.
    if (event.id !== null) writeFileSync(file, event.id)
  }
})
