import { failed, type ActionKind } from '../domain/kind.js'

/** A failure to look at. */
export const debugFail: ActionKind = {
  kind: 'agent.replicante.io/debug.fail',
  summary: 'Fail at once.',
  args: {},
  timeoutMs: null,
  onInterrupt: 'resume',
  async run () {
    return failed('This action always fails.', { layers: ['debug.fail was asked to fail'], variant: 'DebugFail' })
  }
}
