/**
 * `npm start`: prepares the checkout, then runs the agent in this same process, so that signals reach it.
 * Reads `.env` if there is one; what the environment already says wins. Arguments go to `steward serve`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare()

const envFile = join(root, '.env')
if (existsSync(envFile)) {
  // From Node 20.12 on.
  if (process.loadEnvFile === undefined) throw new Error('Reading .env takes Node 20.12 or newer.')
  process.loadEnvFile(envFile)
}

const { main } = await import('../dist/main.js')
await main(['serve', ...process.argv.slice(2)])
