import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CliActions } from '../src/cli/actions.js'
import { exitCodeMeanings } from '../src/cli/exit-codes.js'
import { runCli } from '../src/cli/run-cli.js'
import { renderEnvExample, renderExternalActionTable, renderSettingsTable } from '../src/config/documents.js'

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** The documentation files that are made from the code, wholly or between marks, by their path in the checkout. */
export async function renderDocuments (): Promise<Map<string, string>> {
  return new Map([
    ['.env.example', renderEnvExample()],
    ['docs/configuration.md', withParts('docs/configuration.md', {
      settings: renderSettingsTable(), 'external-action': renderExternalActionTable()
    })],
    ['docs/cli.md', withParts('docs/cli.md', { 'exit-codes': renderExitCodes(), help: await renderHelp() })]
  ])
}

/** The file as it is, with new text between the marks `<!-- made: NAME -->` and `<!-- end -->`. */
function withParts (name: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [part, content]) => {
    const mark = `<!-- made: ${part} -->\n`
    const [before, after] = text.split(mark)
    const end = after?.indexOf('<!-- end -->') ?? -1
    if (before === undefined || after === undefined || end < 0) throw new Error(`${name} has no part "${part}"`)
    return before + mark + content + after.slice(end)
  }, readFileSync(join(root, name), 'utf8'))
}

function renderExitCodes (): string {
  const rows = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |\n`)
  return `| code | meaning |\n| --- | --- |\n${rows.join('')}`
}

async function renderHelp (): Promise<string> {
  const parts = [
    'serve', 'check', 'migrate', 'backup', 'audit', 'token', 'token create', 'token list', 'token revoke', 'openapi'
  ].map(async command =>
    `## steward ${command}\n\n\`\`\`text\n${await helpOf(command)}\n\`\`\`\n`)
  return (await Promise.all(parts)).join('\n')
}

async function helpOf (command: string): Promise<string> {
  const lines: string[] = []
  const never = async (): Promise<never> => { throw new Error('help runs nothing') }
  const actions: CliActions = {
    ...{ serve: never, check: never, migrate: never, backup: never, audit: never, openapi: never },
    ...{ createToken: never, listTokens: never, revokeToken: never }
  }
  const output = { out: (line: string) => { lines.push(line) }, err: () => {} }
  await runCli({ argv: [...command.split(' '), '--help'], version: '0.0.0', actions, output })
  return lines.join('\n')
}
