import type { Clock } from '../domain/clock.js'
import type { ActionKind } from '../domain/kind.js'
import { debugFail } from './debug-fail.js'
import { debugProgress } from './debug-progress.js'
import { debugSuccess } from './debug-success.js'
import { testFail } from './test-fail.js'
import { testLoop } from './test-loop.js'
import { createTestPing } from './test-ping.js'
import { testScript } from './test-script.js'
import { testSuccess } from './test-success.js'

/** The kinds that every agent has. A new one is a file in this folder and a line here. */
export function builtInKinds ({ clock }: { clock: Clock }): readonly ActionKind[] {
  return [
    debugSuccess,
    debugFail,
    debugProgress,
    createTestPing({ clock }),
    testScript,
    testSuccess,
    testFail,
    testLoop
  ]
}
