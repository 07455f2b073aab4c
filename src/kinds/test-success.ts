import { done, type ActionKind } from '../domain/kind.js'

/** A success to look at, under the name that the next Replicante dialect has for it. */
export const testSuccess: ActionKind = {
  kind: 'agent.replicante.io/test.success',
  summary: 'Succeed as soon as the turn comes.',
  args: {},
  timeoutMs: null,
  onInterrupt: 'resume',
  async run () {
    return done()
  }
}
