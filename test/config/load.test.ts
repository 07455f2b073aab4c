import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Config } from '../../src/config/config.js'
import { ConfigError, loadConfig } from '../../src/config/load.js'

const defaults: Config = {
  bind: '127.0.0.1:8000',
  db: './data/steward.db',
  log: { level: 'info' },
  traces: { endpoint: null, headers_file: null, service_name: 'steward', sample_ratio: 1 },
  tls: { server_cert: null, server_key: null, clients_ca_bundle: null, clients_crl: null, clients: 'required' },
  access: { tokens_file: null, local_scopes: ['admin'], certificates: {}, failures_per_minute: 10 },
  http: {
    hosts: [],
    origins: [],
    secret_headers: [],
    body_limit: 1048576,
    wait_limit_seconds: 60,
    request_timeout_seconds: 30,
    docs: true,
    ui: true
  },
  actions: {
    enabled: 'auto',
    queue_limit: 100000,
    max_lanes: 16,
    payload_limit: 1048576,
    prune_keep: 10000,
    prune_age_days: 30,
    prune_interval_seconds: 3600,
    grace_seconds: 30
  },
  datastore: {
    kind: 'sqlite',
    path: './data/app.db',
    backup_dir: './data/backups',
    timeout_seconds: 5,
    node_id: null,
    cluster_id: null,
    cluster_display_name_override: null,
    postgresql: {
      host: '127.0.0.1',
      port: 5432,
      password: null,
      password_file: null,
      tls: 'disable',
      tls_ca: null,
      user: 'postgres',
      database: 'postgres',
      data_dir: null,
      bin_dir: null,
      os_user: null,
      peers: {}
    },
    redis: {
      host: '127.0.0.1',
      port: 6379,
      password: null,
      password_file: null,
      tls: 'disable',
      tls_ca: null,
      username: null,
      config_set: [
        'appendfsync', 'hz', 'latency-monitor-threshold', 'loglevel', 'maxclients', 'maxmemory', 'maxmemory-policy',
        'maxmemory-samples', 'repl-backlog-size', 'repl-timeout', 'replica-priority', 'save', 'slowlog-log-slower-than',
        'slowlog-max-len', 'timeout', 'tcp-keepalive'
      ],
      primaries: []
    },
    zookeeper: { host: '127.0.0.1', port: 2181, four_letter_words: true, admin_url: 'http://127.0.0.1:8080' }
  },
  node: { address: {} },
  service: {
    supervisor: 'none',
    options: {
      service_name: null, pid: [], start: [], stop: [], user: null, working_directory: null, timeout_seconds: 120
    }
  },
  external_actions: {},
  replicante: { list: 'own', classic: { enabled: true, trees: { unstable: true, introspect: true } }, next: { enabled: true } },
  activeworkflow: { enabled: true }
}

interface Given {
  readonly yaml?: string
  readonly env?: Record<string, string>
  readonly flags?: Record<string, string>
}

function fileWith (t: Test, yaml: string): string {
  const file = join(t.testdir(), 'steward.yaml')
  writeFileSync(file, yaml)
  return file
}

function load (t: Test, { yaml, env = {}, flags = {} }: Given) {
  return loadConfig({ env, flags, file: yaml === undefined ? undefined : fileWith(t, yaml) })
}

/** The lines of a refusal, with the file's folder taken out. */
function refusal (t: Test, given: Given): readonly string[] {
  try {
    load(t, given)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines.map(line => line.replaceAll(`${t.testdirName}/`, ''))
    throw error
  }
  return t.fail('it was accepted') ? [] : []
}

t.test('without anything the defaults hold, and say so', async t => {
  const { config, origins } = load(t, {})

  t.strictSame(config, defaults)
  t.strictSame(origins.get('actions.queue_limit'), { source: 'default', at: null })
})

t.test('flags win over the environment, which wins over the file, which wins over the defaults', async t => {
  const { config, origins } = load(t, {
    yaml: 'bind: 127.0.0.1:1\ndb: file.db\nlog:\n  level: warn\n',
    env: { STEWARD_BIND: '127.0.0.1:2', STEWARD_DB: 'env.db' },
    flags: { bind: '127.0.0.1:3' }
  })

  t.match(config, { bind: '127.0.0.1:3', db: 'env.db', log: { level: 'warn' } })
  t.strictSame(origins.get('bind'), { source: 'flag', at: '--bind' })
  t.strictSame(origins.get('db'), { source: 'environment', at: 'STEWARD_DB' })
  t.strictSame(origins.get('log.level'), { source: 'file', at: `${t.testdirName}/steward.yaml:4:3` })
})

t.test('sources are laid over each other key by key; a list replaces a list', async t => {
  const { config } = load(t, {
    yaml: 'http:\n  hosts: [a, b]\n  docs: false\nnode: { address: { client: c, other: o } }\n',
    env: { STEWARD_HTTP_HOSTS: '["d"]', STEWARD_NODE_ADDRESS_MEMBER: 'm' }
  })

  t.strictSame(config.http, { ...defaults.http, hosts: ['d'], docs: false })
  t.strictSame(config.node.address, { client: 'c', member: 'm', other: 'o' })
})

t.test('STEWARD_CONFIG names the file, and a flag names another', async t => {
  const other = join(t.testdir({ 'other.yaml': 'db: other.db' }), 'other.yaml')
  const env = { STEWARD_CONFIG: join(t.testdirName, 'none.yaml') }

  t.equal(loadConfig({ env, file: other }).config.db, 'other.db')
  t.throws(() => loadConfig({ env }), { message: /none\.yaml: cannot be read: ENOENT/ })
})

t.test('a file that is empty, or has keys with nothing below them, sets nothing', async t => {
  for (const yaml of ['', '# nothing\n', '---\n', 'http:\n# hosts: []\n']) {
    t.strictSame(load(t, { yaml }).config, defaults, JSON.stringify(yaml))
  }
})

t.test('texts become what the schema says', async t => {
  const { config } = load(t, {
    env: {
      STEWARD_ACTIONS_ENABLED: 'false',
      STEWARD_ACTIONS_PRUNE_AGE_DAYS: '0.5',
      STEWARD_HTTP_HOSTS: 'a.example, b.example',
      STEWARD_DATASTORE_NODE_ID: '17',
      STEWARD_EXTERNAL_ACTIONS: '{"b":{"description":"d","action":["a"],"check":["c"]}}'
    },
    flags: { 'datastore.cluster_id': '', 'external_actions.b.timeout_seconds': '5' }
  })

  t.equal(config.actions.enabled, false)
  t.equal(config.actions.prune_age_days, 0.5)
  t.strictSame(config.http.hosts, ['a.example', 'b.example'])
  t.equal(config.datastore.node_id, '17')
  t.equal(config.datastore.cluster_id, null)
  t.strictSame(config.external_actions['b'], {
    description: 'd',
    action: ['a'],
    check: ['c'],
    timeout_seconds: 5,
    command_timeout_seconds: 60,
    check_min_ms: 100,
    check_max_ms: 5000,
    user: null,
    nice: 0,
    working_directory: null,
    env: {}
  })
})

t.test('an empty variable, and those of the clients, are not looked at', async t => {
  const env = { STEWARD_BIND: '', STEWARD_NONSENSE: '', STEWARD_URL: 'x', STEWARD_TOKEN: 'x', OTHER: 'x' }

  t.strictSame(load(t, { env }).config, defaults)
})

t.test('unknown keys and variables stop the start and name the nearest known one', async t => {
  t.strictSame(refusal(t, {
    yaml: 'actons: {}\nqueue_limit: 5\nhttp:\n  bodylimit: 4\nzzzzzz: 1\n',
    env: { STEWARD_BINDD: 'x' },
    flags: { 'actions.queue': '5' }
  }), [
    'STEWARD_BINDD: is not a known variable; did you mean STEWARD_BIND?',
    '--set actions.queue: is not a known key; did you mean actions.queue_limit?',
    'actons: is not a known key; did you mean actions? (steward.yaml:1:1)',
    'queue_limit: is not a known key; did you mean actions.queue_limit? (steward.yaml:2:1)',
    'zzzzzz: is not a known key; known here: bind, db, log, traces, tls, access, http, actions, datastore, node, service, ' +
      'external_actions, replicante, activeworkflow (steward.yaml:5:1)',
    'http.bodylimit: is not a known key; did you mean http.body_limit? (steward.yaml:4:3)'
  ])
})

t.test('wrong values are told all at once, with their place and what is allowed', async t => {
  t.strictSame(refusal(t, {
    yaml: 'bind: 8000\nlog: { level: loud }\nhttp:\n  hosts: a\n  origins: ["https://x/path"]\n  secret_headers: ["x y"]\ndatastore: [1]\n',
    env: { STEWARD_ACTIONS_QUEUE_LIMIT: 'many', STEWARD_HTTP_DOCS: 'yes' },
    flags: { 'actions.max_lanes': '0', db: '' }
  }), [
    'bind: must be HOST:PORT, for example 127.0.0.1:8000 or [::1]:8000 (port 0: any free one), not 8000 ' +
      '(steward.yaml:1:1)',
    'db: must be a text that is not empty, not "" (--db)',
    'log.level: must be one of trace, debug, info, warn, error, fatal, silent, not "loud" (steward.yaml:2:8)',
    'http.hosts: must be a list of texts, not "a" (steward.yaml:4:3)',
    'http.origins.0: must be an origin such as https://console.example.com, not "https://x/path" (steward.yaml:5:3)',
    'http.secret_headers.0: must be the name of a header, such as x-session-token, not "x y" (steward.yaml:6:3)',
    'http.docs: must be true or false, not "yes" (STEWARD_HTTP_DOCS)',
    'actions.queue_limit: must be a whole number from 1 to 100000000, not "many" (STEWARD_ACTIONS_QUEUE_LIMIT)',
    'actions.max_lanes: must be a whole number from 1 to 1024, not 0 (--set actions.max_lanes)',
    'datastore: must be a map of keys and values, not [1] (steward.yaml:7:1)'
  ])
})

t.test('external actions: names, commands, limits and schemas are checked', async t => {
  t.strictSame(refusal(t, { yaml: 'external_actions:\n  a b: { description: x, action: [a], check: [b] }\n  c: { action: "rm -rf" }\n' }), [
    'external_actions.a b: is not a valid name; it must be at most 100 letters, digits, - and _, the first a letter ' +
      'or digit (steward.yaml:2:3)',
    'external_actions.c.description: is required (steward.yaml:3:3)',
    'external_actions.c.check: is required (steward.yaml:3:3)',
    'external_actions.c.action: must be a list with a program and its arguments, for example ' +
      '[/usr/local/bin/backup, start], not "rm -rf" (steward.yaml:3:8)'
  ])
  t.strictSame(refusal(t, {
    yaml: 'external_actions:\n  a:\n    description: x\n    action: [a]\n    check: [b]\n' +
      '    check_min_ms: 6000\n    args: { type: nonsense }\n'
  }).map(line => line.replace(/Schema: .* \(/, 'Schema: ... (')), [
    'external_actions.a.check_min_ms: must not be greater than check_max_ms, which is 5000 (steward.yaml:6:5)',
    'external_actions.a.args: must be a JSON Schema: ... (steward.yaml:7:5)'
  ])
})

t.test('commands: who runs them, where, and which programs they may name', async t => {
  const action = { description: 'x', action: ['a'], check: ['b'], user: 'nobody', env: { LD_PRELOAD: '/x.so', PATH: '/bin' } }
  const service = { supervisor: 'commands', options: { pid: ['./db', 'pid'], start: ['db'], stop: ['bin/db'] } }
  const wrong = { ...action, user: 'no body', nice: 20, working_directory: 'work' }

  t.strictSame(refusal(t, { yaml: JSON.stringify({ external_actions: { a: { ...action, cancel: ['../c'] } }, service }) })
    .map(line => line.replace(/ \(.*/, '')), [
    'external_actions.a.env.LD_PRELOAD: must not be given beside user: root would obey it before it becomes that user',
    'external_actions.a.cancel: must begin with a program by its whole path, or by its name alone, not "../c"',
    'service.options.pid: must begin with a program by its whole path, or by its name alone, not "./db"',
    'service.options.stop: must begin with a program by its whole path, or by its name alone, not "bin/db"'
  ])
  t.strictSame(refusal(t, { yaml: JSON.stringify({ external_actions: { a: wrong } }) }).map(line => line.replace(/ \(.*/, '')), [
    'external_actions.a.user: must be the name of a system user, or null, not "no body"',
    'external_actions.a.nice: must be a whole number from 0 to 19, not 20',
    'external_actions.a.working_directory: must be the whole path of a folder, or null, not "work"'
  ])
  const { config } = load(t, { yaml: JSON.stringify({ external_actions: { a: { ...action, user: null } } }) })
  t.equal(config.external_actions['a']?.env['LD_PRELOAD'], '/x.so', 'the agent\'s own user is nobody else')
})

t.test('a supervisor has to know what it supervises', async t => {
  t.strictSame(refusal(t, { yaml: 'service:\n  supervisor: systemd\n' }), [
    'service.options.service_name: is required by the supervisor systemd'
  ])
  t.strictSame(refusal(t, { yaml: 'service:\n  supervisor: commands\n  options:\n    pid: [db, pid]\n    stop: []\n' }), [
    'service.options.start: is required by the supervisor commands',
    'service.options.stop: is required by the supervisor commands (steward.yaml:5:5)'
  ])
  t.strictSame(refusal(t, { flags: { 'service.options.service_name': '--force' } }), [
    'service.options.service_name: must be the name of a unit, such as postgresql@15-main, or null, not "--force" ' +
      '(--set service.options.service_name)'
  ])
  const { config } = load(t, {
    env: { STEWARD_SERVICE_SUPERVISOR: 'systemd', STEWARD_SERVICE_OPTIONS_SERVICE_NAME: 'postgresql@15-main' }
  })
  t.equal(config.service.options.service_name, 'postgresql@15-main')
})

t.test('the login of a datastore: one password, and peers with ports; a refusal does not show it', async t => {
  const lines = refusal(t, {
    yaml: 'datastore:\n  kind: postgresql\n  postgresql:\n    password_file: /etc/pw\n    port: 0\n    peers: { a: db-1 }\n',
    env: { STEWARD_DATASTORE_POSTGRESQL_PASSWORD: 'hunter2' }
  })
  t.strictSame(lines, [
    'datastore.postgresql.port: must be a whole number from 1 to 65535, not 0 (steward.yaml:5:5)',
    'datastore.postgresql.peers.a: must be HOST:PORT, not "db-1" (steward.yaml:6:14)'
  ])
  t.strictSame(refusal(t, { env: { STEWARD_DATASTORE_REDIS_PASSWORD: 'hunter2', STEWARD_DATASTORE_REDIS_PASSWORD_FILE: '/pw' } }), [
    'datastore.redis.password_file: must not be given beside password (STEWARD_DATASTORE_REDIS_PASSWORD_FILE)'
  ])
})

t.test('a file that is not YAML is refused with line and column', async t => {
  t.match(refusal(t, { yaml: 'bind: a\nhttp: {\n' }), [/^steward\.yaml:\d:\d+: is not valid YAML: /])
  t.match(refusal(t, { yaml: 'bind: a\nbind: b\n' }), [/^steward\.yaml:2:1: is not valid YAML: .*unique/i])
  t.match(refusal(t, { yaml: '- a\n' }), [/^steward\.yaml:1:1: must hold keys and values/])
})

t.test('a key with a special meaning to JavaScript is a key like any other', async t => {
  t.match(refusal(t, { yaml: '__proto__: { bind: x }\n', flags: { 'constructor.name': 'x' } }), [
    /^--set constructor\.name: is not a known key/,
    /^__proto__: is not a known key/
  ])
})

t.test('a map or list in a variable that is not JSON is refused without quoting it', async t => {
  const [line, ...more] = refusal(t, { env: { STEWARD_EXTERNAL_ACTIONS: '{"a":{"env":{"P":"hunter2"' } })

  t.match(line, /^external_actions: is not valid JSON.*\(STEWARD_EXTERNAL_ACTIONS\)$/)
  t.notMatch(line, 'hunter2')
  t.strictSame(more, [])
})

t.test('a password that is taken for an alias is not shown', async t => {
  t.strictSame(refusal(t, { yaml: 'datastore:\n  redis:\n    password: *hunter2\n' }), [
    'steward.yaml: cannot be used: a text that begins with * is an alias in YAML: put it in quotes'
  ])
})

t.test('a file without an end, or nested beyond measure, is refused', async t => {
  t.strictSame(refusal(t, { yaml: '&a {bind: *a}\n' }), ['steward.yaml: cannot be used: a part of it stands in itself (by an alias)'])
  t.strictSame(refusal(t, { yaml: `bind: ${'['.repeat(100_000)}` }), ['steward.yaml: cannot be used: it is nested too deep'])
})

t.test('a refusal shows neither secrets nor the credentials of URLs', async t => {
  const lines = refusal(t, {
    yaml: 'bind: http://user:hunter2@host/\n' +
      'external_actions: { a: { description: x, action: [a], check: [b], env: { PASSWORD: [hunter2] } } }\n' +
      'datastore: { redis: [{ password: hunter2 }] }\n'
  })

  t.equal(lines.length, 3)
  t.notMatch(lines.join('\n'), 'hunter2')
})
