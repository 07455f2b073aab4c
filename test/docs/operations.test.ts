import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { exitCodeMeanings } from '../../src/cli/exit-codes.js'
import { readDocument, root } from '../support/markdown.js'

interface Rules {
  readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<{ readonly alert?: string }> }>
}

const text = readDocument('docs/operations.md')
const runbook = text.slice(text.indexOf('## Runbook'))

t.test('the runbook has a section for each alert, and for no other', async t => {
  const { groups } = parse(readFileSync(join(root, 'deploy/prometheus/steward.rules.yml'), 'utf8')) as Rules
  const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))

  t.ok(alerts.length > 5)
  t.same([...runbook.matchAll(/^### (\w+)$/gm)].map(([, name]) => name).sort(), alerts.sort())
})

t.test('what an exit code of the agent asks for is said of each', async t => {
  const table = text.slice(text.indexOf('## Exit codes'), text.indexOf('## Runbook'))
  const told = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = '']) => codes.split(', '))

  // From 9 on they are those of client commands.
  for (const code of Object.keys(exitCodeMeanings)) if (Number(code) <= 8) t.ok(told.includes(code), `exit code ${code}`)
})
