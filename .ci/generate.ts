/**
 * Writes the files that are made from the code. With `--check` it writes nothing, names those that differ, and ends
 * with 1 if there are any.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderClientTypes } from './client-types.js'
import { renderDocuments, root } from './generated-documents.js'

/** The OpenAPI documents come from the whole program: `steward openapi` prints what a running agent serves. */
function renderOpenApi (): Map<string, string> {
  // Without the caller's STEWARD_* variables: the documents are those of the default configuration.
  const { PATH = '', HOME = '' } = process.env
  const steward = (...args: string[]): string => execFileSync(process.execPath,
    ['--import=tsx', join(root, 'src', 'main.ts'), 'openapi', ...args], { cwd: root, encoding: 'utf8', env: { PATH, HOME } })
  const names = steward('--list').trim().split('\n')
  return new Map(names.map(name => [join('openapi', `${name}.json`), steward(name)]))
}

const checkOnly = process.argv.includes('--check')
const openapi = renderOpenApi()
const own = openapi.get(join('openapi', 'steward.v1.json')) ?? ''
const clientTypes = await renderClientTypes(own)
const files = new Map([...await renderDocuments(own), ...openapi, [join('src', 'client', 'api.ts'), clientTypes]])
const stale = [...files].filter(([name, text]) => {
  const file = join(root, name)
  return !existsSync(file) || readFileSync(file, 'utf8') !== text
})
for (const [name, text] of stale) {
  if (!checkOnly) writeFileSync(join(root, name), text)
  process.stdout.write(`${checkOnly ? 'differs from what the code says' : 'written'}: ${name}\n`)
}
if (checkOnly && stale.length > 0) {
  process.stdout.write('Run "npm run generate" and commit the result.\n')
  process.exitCode = 1
}
