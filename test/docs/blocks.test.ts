/** What stands in documents and is not run as a command is at least what it says it is. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { ConfigError, loadConfig } from '../../src/config/load.js'
import { complaintsAbout } from '../support/compile.js'
import { blocksOf, documents, placeOf, type Block } from '../support/markdown.js'

const blocks = documents.flatMap(document => blocksOf(document))
const folder = mkdtempSync(join(tmpdir(), 'steward-blocks-'))
writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
t.teardown(() => { rmSync(folder, { recursive: true }) })

/** Languages whose blocks nothing can be found out of: figures, listings, lines of other programs' files. */
const plain = ['text', 'ini', 'mermaid', 'sql', 'dockerfile', 'nginx', 'promql', 'diff']

/** How many blocks may be left unrun, so that their number does not grow in silence. */
const mostNotRun = 20

/** The guides whose code a test of their own compiles and runs. */
const guides = ['docs/adding-a-datastore.md', 'docs/adding-a-kind.md', 'docs/adding-a-protocol.md']

/** A part of a configuration may be about what needs certificates, which another part has. */
const tls = {
  STEWARD_TLS_SERVER_CERT: 'server.pem', STEWARD_TLS_SERVER_KEY: 'server.key', STEWARD_TLS_CLIENTS_CA_BUNDLE: 'ca.pem'
}

const checks: Readonly<Record<string, (block: Block) => string | null>> = {
  sh: checkShell,
  bash: checkShell,
  console: checkShell,
  json: ({ text }) => isJson(text) || text.trim().split('\n').every(isJson) ? null : 'it is neither JSON nor lines of it',
  yaml: checkYaml,
  js: block => runCheck(process.execPath, ['--check'], { text: block.text, name: 'block.cjs' }),
  python: block => runCheck('python3', ['-m', 'py_compile'], { text: block.text, name: 'block.py' }),
  // The tests of the guides compile what they tell to write.
  ts: block => block.notRun !== null || (guides.includes(block.document) && block.file !== null) ? null : compile(block)
}

t.test('every block names its language, and is well-formed in it', async t => {
  for (const block of blocks) {
    const check = checks[block.language]
    if (check === undefined) t.ok(plain.includes(block.language), `${placeOf(block)} has a language that is known here`)
    else t.equal(check(block), null, placeOf(block))
  }
})

t.test('what is not run says why, and there is little of it', async t => {
  const left = blocks.filter(({ notRun, document }) => notRun !== null && !guides.includes(document))
  t.comment(left.map(block => `not run: ${placeOf(block)}: ${block.notRun}`).join('\n'))
  t.ok(left.length <= mostNotRun, `${left.length} blocks are not run, ${mostNotRun} may be`)
  for (const block of left) t.match(block.notRun, /^needs /, placeOf(block))
})

function isJson (text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function checkShell (block: Block): string | null {
  const text = block.language === 'console' ? block.text.replace(/^(?!\$ ).*\n/gm, '').replace(/^\$ /gm, '') : block.text
  return runCheck('bash', ['-n'], { text, name: 'block.sh' })
}

function runCheck (program: string, args: readonly string[], { text, name }: Record<'text' | 'name', string>): string | null {
  const file = join(folder, name)
  writeFileSync(file, text)
  const { status, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8' })
  return status === 0 ? null : stderr
}

/** A program of its own, which uses the published client. */
function compile ({ text }: Block): string | null {
  const file = join(folder, 'block.ts')
  writeFileSync(file, text)
  return complaintsAbout([file]).join('\n') || null
}

/** A block without a mark is a part of our own configuration. */
function checkYaml ({ text, notRun }: Block): string | null {
  try {
    parse(text)
    if (notRun !== null) return null
    const file = join(folder, 'block.yaml')
    writeFileSync(file, text)
    loadConfig({ env: /^tls:/m.test(text) ? {} : tls, file })
    return null
  } catch (error) {
    if (error instanceof ConfigError) return error.lines.join('\n')
    return String(error)
  }
}
