/**
 * `npm start` (`steward serve`) and `npm run steward -- COMMAND`: prepares the checkout, then runs the command in this
 * same process, so that signals reach it. Reads `.env` if there is one; what the environment already says wins.
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
await main(process.argv.slice(2))
