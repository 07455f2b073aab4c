import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Work outside the agent that is as far as a test says. */
export interface OutsideProgress {
  /** Its kind. */
  readonly kind: string
  /** The arguments of `serve` that configure it. */
  readonly args: readonly string[]
  /** What the next check answers, and those after it. */
  say (answer: Readonly<Record<string, unknown>>): void
}

/** Makes an external action whose check reads a file that the test writes. It has to say something before it is run. */
export function createOutsideProgress (folder: string): OutsideProgress {
  const file = join(folder, 'answer.json')
  const config = join(folder, 'outside.yaml')
  writeFileSync(config, JSON.stringify({
    external_actions: {
      outside: { description: 'Is as far as a test says.', action: ['true'], check: ['cat', file], check_min_ms: 10, check_max_ms: 50 }
    }
  }))
  return {
    kind: 'external.agent.replicante.io/outside',
    args: ['--config', config],
    say (answer) {
      writeFileSync(`${file}.new`, JSON.stringify({ status: 'running', ...answer }))
      renameSync(`${file}.new`, file)
    }
  }
}
