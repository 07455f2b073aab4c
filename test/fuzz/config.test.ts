import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import t from 'tap'
import { ConfigError, loadConfig } from '../../src/config/load.js'
import { printConfig } from '../../src/config/print.js'
import { configSchema } from '../../src/config/schema.js'
import { settings } from '../../src/config/settings.js'
import type { JsonSchema, JsonValue } from '../../src/domain/json.js'
import { temporaryFolder } from '../support/engine.js'
import { anyJson, anySlip, anyText, oddTexts, withSlip } from '../support/odd-values.js'
import { fitting } from '../support/schema-arbitrary.js'
import { patience } from '../support/torture.js'
import { spoiledBytes } from './bytes.js'
import { tries } from './seed.js'

t.setTimeout(patience)

const file = join(temporaryFolder(t), 'steward.yaml')

/** True when a configuration comes of the sources, which can be shown, or sentences that say what is wrong. */
function isConfigOrSentences (sources: Parameters<typeof loadConfig>[0]): boolean {
  try {
    return printConfig(loadConfig(sources)).length > 0
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.lines.length > 0 && error.lines.every(line => line.trim() !== '')
  }
}

function isReadable (content: string | Uint8Array): boolean {
  writeFileSync(file, content)
  return isConfigOrSentences({ env: {}, file })
}

const text = fc.oneof(anyText({ maxLength: 40 }), fc.constantFrom(...oddTexts))
const valid = fitting(configSchema as JsonSchema)

function mostly (known: readonly string[], other: Arbitrary<string>): Arbitrary<string> {
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: other })
}

/** What YAML has beyond JSON. */
const yamlPieces = [
  '&a', '*a', '<<: *a', '!!binary "x"', '!!set', '!!timestamp 2026-11-21', '? ', '- ', ': ', '|\n  x', '>-\n  x', '---\n', '...\n', '%YAML 1.1\n', '# x\n', '{', '}',
  '[', ']', '"', "'", '\n', '\n  ', '\t', 'bind: ', 'db: ', 'actions:\n  ', 'external_actions:\n  x:\n    ', 'args: ', '.nan', '.inf', '0x1F', '1_000', '~', 'yes', '@', '`', ','
]

t.test('any file is a configuration, or is refused in sentences', async () => {
  const pieces = fc.array(mostly(yamlPieces, text), { maxLength: 14 })
  const json = fc.tuple(valid, spoiledBytes).map(([value, spoil]) => spoil(JSON.stringify(value)))
  const content: Arbitrary<string | Uint8Array> = fc.oneof(text, pieces.map(parts => parts.join('')), json)
  await fc.assert(fc.property(content, isReadable), tries({ ci: 150, torture: 20_000 }))
})

t.test('any configuration that fits its schema, but for one slip, is taken or refused in sentences', async () => {
  await fc.assert(fc.property(valid, anySlip, fc.boolean(), (value, slip, isIntact) => {
    return isReadable(JSON.stringify(isIntact ? value : withSlip(value, slip)))
  }), tries({ ci: 150, torture: 20_000 }))
})

t.test('a file that points into itself, or is nested without end, is refused in sentences', async t => {
  const files = [
    'external_actions: &a {x: *a}', 'external_actions: {x: &a {description: d, args: {properties: *a}}}', 'a: &a [*a]', '&a {bind: *a}',
    `bind: ${'['.repeat(100_000)}`, `${'{a: '.repeat(20_000)}`, `${'- '.repeat(50_000)}x`, 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]', `bind: ${'!!x '.repeat(1000)}`
  ]
  for (const content of files) t.ok(isReadable(content), content.slice(0, 80))
})

t.test('any variables and flags are a configuration, or are refused in sentences', async () => {
  const json = anyJson.map((each: JsonValue) => JSON.stringify(each))
  const value = fc.oneof(text, json, fc.constantFrom('0', '-1', 'true', '[', '{}', '{"a":{}}', 'a,b'))
  const variable = mostly(settings.map(each => each.variable), text.map(name => `STEWARD_${name}`))
  const env = fc.dictionary(variable, value, { maxKeys: 3 })
  const flags = fc.dictionary(mostly(settings.map(each => each.name), text), value, { maxKeys: 2 })
  await fc.assert(fc.property(env, flags, (env, flags) => {
    // The file that it names is another test.
    return isConfigOrSentences({ env: { ...env, STEWARD_CONFIG: undefined }, flags })
  }), tries({ ci: 150, torture: 20_000 }))
})
