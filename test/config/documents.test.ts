import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { renderDocuments, root } from '../../.ci/generated-documents.js'
import { loadConfig } from '../../src/config/load.js'
import { settings } from '../../src/config/settings.js'

t.test('the committed documents are those that the code makes (else: npm run generate)', async t => {
  const documents = await renderDocuments()

  const references = ['configuration', 'cli', 'concepts', 'architecture', 'rest', 'problems', 'kinds']
    .map(name => `docs/${name}.md`)
  t.strictSame([...documents.keys()], ['.env.example', ...references])
  for (const [name, text] of documents) t.equal(readFileSync(join(root, name), 'utf8'), text, name)
})

t.test('.env.example, with every # before a variable taken away, sets the defaults', async t => {
  const variables = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#(STEWARD_\w+)=(.*)$/gm)]
  const env = Object.fromEntries(variables.map(([, name, value]) => [name, value]))

  t.strictSame(loadConfig({ env }).config, loadConfig({ env: {} }).config)
  t.strictSame(Object.keys(env).sort(), ['STEWARD_CONFIG', ...settings.map(({ variable }) => variable)].sort())
})

t.test('no two settings share a variable, and each is described', async t => {
  t.equal(new Set(settings.map(({ variable }) => variable)).size, settings.length)
  for (const { name, node } of settings) t.ok(node.description?.endsWith('.'), name)
})

/** What a setting cannot do without: the files of TLS belong together. */
function besides (variable: string): Record<string, string> {
  const files = ['SERVER_CERT', 'SERVER_KEY', 'CLIENTS_CA_BUNDLE'].map(name => [`STEWARD_TLS_${name}`, 'file.pem'])
  return variable.startsWith('STEWARD_TLS_') || variable === 'STEWARD_ACCESS_CERTIFICATES' ? Object.fromEntries(files) : {}
}

t.test('the examples in the schema are valid', async t => {
  for (const { variable, node } of settings) {
    for (const example of node.examples ?? []) {
      const text = typeof example === 'string' ? example : JSON.stringify(example)
      t.doesNotThrow(() => loadConfig({ env: { ...besides(variable), [variable]: text } }), `${variable}=${text}`)
    }
  }
})
