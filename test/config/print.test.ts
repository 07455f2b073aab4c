import { parse } from 'yaml'
import t from 'tap'
import { loadConfig } from '../../src/config/load.js'
import { printConfig } from '../../src/config/print.js'

t.test('each value is printed with its origin, and the whole is a file that gives the same configuration', async t => {
  const loaded = loadConfig({
    env: { STEWARD_BIND: '[::1]:0', STEWARD_HTTP_HOSTS: 'a,b' },
    flags: { 'actions.max_lanes': '4' }
  })

  const text = printConfig(loaded)

  const lines = text.split('\n')
  t.ok(lines.includes('bind: "[::1]:0" # environment: STEWARD_BIND'))
  t.ok(lines.includes('  hosts: [ a, b ] # environment: STEWARD_HTTP_HOSTS'))
  t.ok(lines.includes('  max_lanes: 4 # flag: --set actions.max_lanes'))
  t.ok(lines.includes('  level: info # default'))
  t.ok(lines.includes('external_actions: {} # default'))
  t.strictSame(parse(text), loaded.config)
})

t.test('secrets and the credentials of URLs are masked', async t => {
  const action = {
    description: 'x',
    action: ['curl', 'https://user:hunter2@example.com/'],
    check: ['b'],
    env: { PASSWORD: 'hunter2' }
  }

  const text = printConfig(loadConfig({
    env: { STEWARD_EXTERNAL_ACTIONS: JSON.stringify({ a: action }), STEWARD_DATASTORE_POSTGRESQL_PASSWORD: 'hunter2' }
  }))

  t.notMatch(text, 'hunter2')
  t.match(parse(text), {
    datastore: { postgresql: { password: '***' } },
    external_actions: { a: { action: ['curl', 'https://***@example.com/'], env: { PASSWORD: '***' } } }
  })
})
