import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 20

/**
 * Ends a process group: SIGTERM at once, SIGKILL after `killAfterMs` to what is left of it. Resolves when the group is
 * gone or has been sent SIGKILL. What has left the group, as `setsid` does, is not reached.
 */
export async function endGroup ({ leader, killAfterMs }: { leader: number, killAfterMs: number }): Promise<void> {
  signalGroup(leader, 'SIGTERM')
  // Who was stopped hears of SIGTERM only when going on.
  signalGroup(leader, 'SIGCONT')
  // The leader's exit is no news of the others, and nothing tells when they end: so this has to look.
  for (let waited = 0; waited < killAfterMs; waited += pollMs) {
    if (!isGroupThere(leader)) return
    await sleep(Math.min(pollMs, killAfterMs - waited))
  }
  signalGroup(leader, 'SIGKILL')
}

/** False when the group has no members any more. A group that may not be signalled counts as there. */
export function isGroupThere (leader: number): boolean {
  return signalGroup(leader, 0)
}

function signalGroup (leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
