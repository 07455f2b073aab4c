import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { runProgram, startProgram, type Exit } from '../support/program.js'

t.test('a start without anything, a stop by SIGTERM: 0, and the data is where the defaults say', async t => {
  const folder = t.testdir()
  const program = await startProgram(t, { folder })

  t.equal((await fetch(`${program.url}/readyz`)).status, 200)
  program.kill('SIGTERM')

  t.strictSame(await program.exited, { code: 0, signal: null })
  t.ok(existsSync(join(folder, 'data', 'steward.db')))
  t.ok(existsSync(join(folder, 'data', 'app.db')))
})

t.test('the first lines tell where the page is, and a curl line that works as printed', async t => {
  const program = await startProgram(t, { folder: t.testdir() })
  const { output, url } = program
  while (!output().includes('curl ')) await new Promise(resolve => setImmediate(resolve))

  const [, json, target] = /curl -X POST -H 'content-type: application\/json' -d '(.+)' (\S+)/.exec(output()) ?? []

  t.match(output(), `${url}/docs`)
  const answer = await fetch(target ?? '', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: json ?? ''
  })
  t.equal(answer.status, 202)
  const { id } = await answer.json() as { id: string }
  t.match(await (await fetch(`${url}/api/v1/actions/${id}?wait=30s`)).json(), { state: 'DONE' })
})

t.test('a configuration that is wrong: 2, and every fault on a line of its own', async t => {
  const { code, stderr } = await runProgram(['serve', '--set', 'actions.max_lanes=0'], {
    folder: t.testdir(), env: { STEWARD_BINDD: 'x' }
  })

  t.equal(code, 2)
  t.strictSame(stderr.trim().split('\n'), [
    'steward: STEWARD_BINDD: is not a known variable; did you mean STEWARD_BIND?',
    'steward: actions.max_lanes: must be a whole number from 1 to 1024, not 0 (--set actions.max_lanes)'
  ])
})

t.test('check: 0 with or without a database; --print shows the configuration in force', async t => {
  const folder = t.testdir()

  const { code, stdout } = await runProgram(['check', '--print'], { folder, env: { STEWARD_DB: 'own.db' } })

  t.equal(code, 0)
  t.match(stdout, 'db: own.db # environment: STEWARD_DB')
  t.notOk(existsSync(join(folder, 'own.db')), 'a check makes nothing')
  t.equal((await runProgram(['migrate'], { folder })).code, 0)
  t.match(await runProgram(['check'], { folder }), { code: 0, stdout: /up to date/ })
})

t.test('check says what is configured and cannot work here', async t => {
  const folder = t.testdir({ 'not-data': { file: '' } })
  const settings = [
    'datastore.kind=postgresql', 'datastore.postgresql.port=1', 'datastore.postgresql.bin_dir=./nowhere',
    'datastore.postgresql.data_dir=./not-data',
    'service.supervisor=commands', 'service.options.pid=echo,up', 'service.options.start=true', 'service.options.stop=true'
  ]

  const { code, stdout } = await runProgram(['check', ...settings.flatMap(setting => ['--set', setting])], { folder })

  t.equal(code, 0, 'the agent starts nevertheless')
  const told = stdout.split('\n').filter(line => line.startsWith('This cannot work:'))
  t.match(told, [/no pg_basebackup, no pg_verifybackup, no pg_ctl in bin_dir/, /not-data, is no data folder of PostgreSQL/])
  t.match(told.at(-1), /the command "pid" has to print a process id/)
  t.match(stdout, /The datastore \(postgresql\) is UNAVAILABLE: .*nothing listens there/)
  t.same(readdirSync(folder), ['not-data'], 'a check makes nothing')
})

t.test('a second agent on the same database: 3; a backup beside the first: 0, but never over a file', async t => {
  const folder = t.testdir()
  await startProgram(t, { folder })

  t.equal((await runProgram(['serve', '--bind', '127.0.0.1:0'], { folder })).code, 3)
  t.equal((await runProgram(['backup', 'copy.db'], { folder })).code, 0)
  t.not((await runProgram(['backup', 'copy.db'], { folder })).code, 0)
  const copy = new Database(join(folder, 'copy.db'), { readonly: true })
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok')
  copy.close()
})

t.test('a database of a newer program: 4, for serve, migrate and check alike', async t => {
  const folder = t.testdir()
  await runProgram(['migrate'], { folder })
  const database = new Database(join(folder, 'data', 'steward.db'))
  database.exec('insert into migration (name, checksum, applied_at) values (\'9999-later\', \'x\', 0)')
  database.close()

  for (const command of ['serve', 'migrate', 'check']) {
    const { code, stderr } = await runProgram([command], { folder })
    t.equal(code, 4, command)
    t.match(stderr, '9999-later')
  }
})

t.test('a file that is no database: 5, and the file is left as it was', async t => {
  const notes = 'not a database, but somebody\'s notes'
  const folder = t.testdir({ 'notes.txt': notes })

  const { code, stderr } = await runProgram(['serve', '--db', 'notes.txt'], { folder })

  t.equal(code, 5)
  t.match(stderr, 'notes.txt')
  t.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), notes)
})

t.test('an address that is taken: 7', async t => {
  const folder = t.testdir({ first: {}, second: {} })
  const { url } = await startProgram(t, { folder: join(folder, 'first') })
  const { host } = new URL(url)

  const { code, stderr } = await runProgram(['serve', '--bind', host], { folder: join(folder, 'second') })

  t.equal(code, 7)
  t.match(stderr, host)
})

t.test('a database that is replaced while the agent runs: 8', async t => {
  const folder = t.testdir()
  const program = await startProgram(t, { folder })
  const file = join(folder, 'data', 'steward.db')
  renameSync(file, `${file}.gone`)
  writeFileSync(file, '')

  const seen: { exit?: Exit } = {}
  const ended = program.exited.then(exit => { seen.exit = exit })
  // The agent looks when it writes, at most once a second: so it is given something to write until it has looked.
  while (!seen.exit) {
    await Promise.race([ended, fetch(`${program.url}/api/v1/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kind":"agent.replicante.io/debug.success"}'
    }).then(async answer => answer.text()).catch(() => {})])
  }

  t.strictSame(seen.exit, { code: 8, signal: null })
})

t.test('openapi: lists the documents, and prints each as JSON', async t => {
  const folder = t.testdir()
  const { code, stdout } = await runProgram(['openapi', '--list'], { folder })
  const names = stdout.trim().split('\n')

  t.equal(code, 0)
  t.ok(names.includes('steward.v1'))
  for (const name of names) {
    t.match(JSON.parse((await runProgram(['openapi', name], { folder })).stdout), { openapi: /^3\.1\./ }, name)
  }
  t.equal((await runProgram(['openapi', 'none'], { folder })).code, 2)
})
