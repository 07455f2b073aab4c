import t from 'tap'
import { ConfigError, loadConfig } from '../../src/config/load.js'

/** Where client certificates are verified. */
const tls = { STEWARD_TLS_SERVER_CERT: 'a', STEWARD_TLS_SERVER_KEY: 'b', STEWARD_TLS_CLIENTS_CA_BUNDLE: 'c' }

/** What is said of a configuration, from the path on; nothing, when it is taken. */
function refusal (key: string, value: unknown): string {
  try {
    loadConfig({ env: tls, flags: { [key]: JSON.stringify(value) } })
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

t.test('scopes are checked, and a refusal says what there is', async t => {
  const good = ['read', 'schedule', 'schedule:*', 'schedule:postgresql.steward/*', 'cancel', 'admin']
  const bad = ['write', 'Read', 'schedule:', 'schedule: a', 'read:all', 'read\n', '', `schedule:${'a'.repeat(201)}`]

  t.equal(refusal('access.local_scopes', good), '')
  t.equal(refusal('access.local_scopes', []), '')
  for (const scope of bad) {
    t.match(refusal('access.local_scopes', [scope]), /^access\.local_scopes\.0: must be read, cancel, schedule, schedule:KINDS/, scope)
  }
})

t.test('the principals of certificates have names that cannot be taken for others', async t => {
  const entry = { subjects: ['CN=core'], scopes: ['read'] }

  t.equal(refusal('access.certificates', { core: entry, 'ops@example.com': entry }), '')
  for (const name of ['local', 'anonymous', '', 'a b', 'x'.repeat(65), 'a\n']) {
    t.match(refusal('access.certificates', { [name]: entry }), /is not a valid name; it must be 1 to 64 letters, .* local nor anonymous/, name)
  }
  t.match(refusal('access.certificates', { core: { subjects: ['CN=core'] } }), /access\.certificates\.core\.scopes: is required/)
  t.match(refusal('access.certificates', { core: { ...entry, scope: [] } }), /core\.scope: is not a known key; did you mean access\.certificates\.core\.scopes/)
})

t.test('patterns that are left out are none', async t => {
  const { config } = loadConfig({ env: tls, flags: { 'access.certificates': '{"core":{"subjects":["CN=core"],"scopes":["read"]}}' } })

  t.strictSame(config.access.certificates, { core: { subjects: ['CN=core'], alternative_names: [], scopes: ['read'] } })
})

t.test('principals by certificate are refused where no certificate is verified', async t => {
  const flags = { 'access.certificates': '{"core":{"subjects":["CN=core"],"scopes":["read"]}}' }

  t.throws(() => loadConfig({ env: {}, flags }), { message: /must not be given without tls\.clients_ca_bundle/ })
})
