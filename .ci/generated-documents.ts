import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CliActions } from '../src/cli/actions.js'
import { commandTree, everyCommand } from '../src/cli/command-tree.js'
import { exitCodeMeanings } from '../src/cli/exit-codes.js'
import { createProgram, runCli } from '../src/cli/run-cli.js'
import { renderEnvExample, renderExternalActionTable, renderSettingsTable } from '../src/config/documents.js'
import { renderArchitecture } from './documents/architecture.js'
import { renderKinds } from './documents/kinds.js'
import { renderLifecycle } from './documents/lifecycle.js'
import { renderProblems } from './documents/problems.js'
import { renderRest } from './documents/rest.js'

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The documentation files that are made from the code, wholly or between marks, by their path in the checkout.
 * @param openapi the document of our own API, as JSON; by default the committed one
 */
export async function renderDocuments (openapi = readOwn('openapi/steward.v1.json')): Promise<Map<string, string>> {
  return new Map([
    ['.env.example', renderEnvExample()],
    ['docs/configuration.md', withParts('docs/configuration.md', {
      settings: renderSettingsTable(), 'external-action': renderExternalActionTable()
    })],
    ['docs/cli.md', withParts('docs/cli.md', { 'exit-codes': renderExitCodes(), help: await renderHelp() })],
    ['docs/concepts.md', withParts('docs/concepts.md', { lifecycle: renderLifecycle() })],
    ['docs/architecture.md', withParts('docs/architecture.md', renderArchitecture())],
    ['docs/rest.md', withParts('docs/rest.md', renderRest(openapi))],
    ['docs/problems.md', withParts('docs/problems.md', { problems: renderProblems() })],
    ['docs/kinds.md', withParts('docs/kinds.md', await renderKinds())]
  ])
}

function readOwn (name: string): string {
  return readFileSync(join(root, name), 'utf8')
}

/** The file as it is, with new text between the marks `<!-- made: NAME -->` and `<!-- end -->`. */
function withParts (name: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [part, content]) => {
    const mark = `<!-- made: ${part} -->\n`
    const [before, after] = text.split(mark)
    const end = after?.indexOf('<!-- end -->') ?? -1
    if (before === undefined || after === undefined || end < 0) throw new Error(`${name} has no part "${part}"`)
    return before + mark + content + after.slice(end)
  }, readOwn(name))
}

function renderExitCodes (): string {
  const rows = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |\n`)
  return `| code | meaning |\n| --- | --- |\n${rows.join('')}`
}

/** The help of every command, as they are in the program's own list. */
async function renderHelp (): Promise<string> {
  const program = createProgram({ version: '0.0.0', actions: noActions, output: { out () {}, err () {} }, run: never })
  const paths = everyCommand(commandTree(program)).map(({ path }) => path.join(' ')).filter(path => path !== '' && !/\bhelp$/.test(path))
  const parts = paths.map(async path => `## steward ${path}\n\n\`\`\`text\n${await helpOf(path)}\n\`\`\`\n`)
  return (await Promise.all(parts)).join('\n')
}

const never = async (): Promise<never> => { throw new Error('help runs nothing') }

const noActions: CliActions = {
  ...{ serve: never, check: never, migrate: never, backup: never, audit: never, openapi: never },
  ...{ createToken: never, listTokens: never, revokeToken: never }
}

async function helpOf (command: string): Promise<string> {
  const lines: string[] = []
  const output = { out: (line: string) => { lines.push(line) }, err: () => {} }
  await runCli({ argv: [...command.split(' '), '--help'], version: '0.0.0', actions: noActions, output })
  return lines.join('\n')
}
