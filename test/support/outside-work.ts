import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePipe } from './processes.js'

const script = fileURLToPath(new URL('outside-command.mjs', import.meta.url))

/** External actions whose work is to make a file, and what of it can be seen without the agent. */
export interface OutsideWork {
  /** The path of a configuration with two external actions: `work`, and `stoppable`, which has a cancel command. */
  readonly config: string
  /** The ids of the actions that were begun, each as often as it was. */
  begun (): string[]
  /** How often the work of an action was asked about. */
  checks (id: string): number
  hasEffect (id: string): boolean
  /** True when the cancel command has come to its end. */
  isCancelled (id: string): boolean
  /** Resolves when work that is `held` has come to its gate; it goes on when the returned function is called. */
  atGate (): Promise<() => Promise<void>>
}

/** What `outside-command.mjs` does, for agents that run in `folder`. */
export function createOutsideWork (folder: string): OutsideWork {
  const place = join(folder, 'outside')
  for (const name of ['effects', 'cancelled']) mkdirSync(join(place, name), { recursive: true })
  const gatePath = makePipe(place, 'gate')
  const config = join(folder, 'steward.yaml')
  const command = (name: string): string[] => [process.execPath, script, place, name]
  const work = {
    description: 'Makes a file.', action: command('action'), check: command('check'), check_min_ms: 10, check_max_ms: 100
  }
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ external_actions: { work, stoppable: { ...work, cancel: command('cancel') } } }))

  const lines = (file: string): string[] => {
    const path = join(place, file)
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
  }
  return {
    config,
    begun: () => lines('journal'),
    checks: id => lines('checks').filter(line => line === id).length,
    hasEffect: id => existsSync(join(place, 'effects', id)),
    atGate: async () => {
      // Opening a named pipe waits for the other side.
      const gate = await open(gatePath, 'w')
      return async () => { await gate.close() }
    },
    isCancelled: id => existsSync(join(place, 'cancelled', id))
  }
}
