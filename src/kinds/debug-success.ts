import { done, type ActionKind } from '../domain/kind.js'

/** The smallest action there is: what throughput is measured with. */
export const debugSuccess: ActionKind = {
  kind: 'agent.replicante.io/debug.success',
  summary: 'Succeed at once.',
  args: {},
  timeoutMs: null,
  onInterrupt: 'resume',
  async run () {
    return done()
  }
}
