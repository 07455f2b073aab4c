import { failed, type ActionKind } from '../domain/kind.js'

/** A failure to look at, under the name that the next Replicante dialect has for it. */
export const testFail: ActionKind = {
  kind: 'agent.replicante.io/test.fail',
  summary: 'Fail as soon as the turn comes.',
  args: {},
  timeoutMs: null,
  onInterrupt: 'resume',
  async run () {
    return failed('The test action failed, as it was asked to.', { layers: ['test.fail always fails'], variant: 'TestFail' })
  }
}
