/** Takes the work off a node: cancels everything that waits. What runs goes on to its end. */
import { AgentRefusal } from 'steward-agent/client'
import { withAgent } from './agent.js'

await withAgent(async steward => {
  let count = 0
  for await (const { id } of steward.list({ state: ['NEW'], order: 'asc' })) {
    try {
      await steward.cancel(id)
      console.log('cancelled', id)
      count++
    } catch (error) {
      // 409: it has begun, or ended, since the list was made.
      if (!(error instanceof AgentRefusal) || error.status !== 409) throw error
    }
  }
  console.log(count, 'cancelled')
})
