import { done, type ActionKind } from '../domain/kind.js'

/** One RUNNING to RUNNING transition, to be seen in a history. */
export const debugProgress: ActionKind = {
  kind: 'agent.replicante.io/debug.progress',
  summary: 'Report progress once, then succeed.',
  args: {},
  timeoutMs: null,
  onInterrupt: 'resume',
  async run ({ progress }) {
    await progress({ message: 'in progress' })
    return done()
  }
}
