import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync,
  statSync, symlinkSync, writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { PostgresqlSettings } from '../../../src/datastores/postgresql/settings.js'
import type { JsonObject } from '../../../src/domain/json.js'
import type { Outcome } from '../../../src/domain/kind.js'
import { createRegistry } from '../../../src/kinds/registry.js'
import { kindContract } from '../../contracts/kind.js'
import { temporaryFolder } from '../../support/engine.js'
import { eventually } from '../../support/eventually.js'
import { createKindContext, fakeActionId, type FakeKindContext } from '../../support/kind-context.js'
import { noPostgresql, startPostgresql } from '../../support/postgresql.js'
import { pidsOf } from '../../support/processes.js'
import { createBeside } from './beside.js'
import { noOpenssl, offerEncryption } from './encryption.js'

t.test('base backups of a PostgreSQL server', { skip: noPostgresql }, async t => {
  const server = await startPostgresql(t)
  await server.sql('create table filler as select i, repeat(md5(i::text), 30) as text from generate_series(1, 30000) as i')
  // No superuser: what docs/postgresql.md asks for is enough.
  await server.sql("create role backup login replication password 'pw-4713'")
  const settings = { ...server.settings, user: 'backup', password: 'pw-4713' }
  const { kind, backupDir, driver } = createBeside(t, settings)
  const backup = kind('base-backup')
  /** Slow enough to be in the middle of it for some seconds. */
  const slowly = { max_bytes_per_second: 4 * 1024 * 1024 }
  const left = (): string[] => readdirSync(backupDir)
  const copies = async (): Promise<number> =>
    (await server.sql("select pid from pg_stat_activity where backend_type = 'walsender'")).length

  /** Does something as soon as bytes have been copied. */
  function whileCopying ({ onReport }: FakeKindContext, act: () => void | Promise<void>): void {
    let acted = false
    onReport(async payload => {
      if (acted || Number((payload as JsonObject)['bytes_done'] ?? 0) === 0) return
      acted = true
      await act()
    })
  }

  let names = 0
  kindContract(t, backup, {
    run: () => ({ args: { name: `contract-${++names}`, format: 'tar' } }),
    badArgs: [
      { name: '../a' }, { name: '/a' }, { name: 'a.partial' }, { name: 'a.partial/b' }, { name: '.a' }, { name: 7 },
      { format: 'zip' }, { compress: true }, { compress: true, format: 'plain' }, { checkpoint: 'slow' },
      { max_bytes_per_second: 10 }, { directory: '/tmp' }
    ]
  })

  t.test('arguments that contradict each other are refused with the rule that they break', async t => {
    const registry = createRegistry(driver.kinds)
    t.throws(() => { registry.check(backup.kind, { compress: true }) }, { code: 'invalid-args' })
    t.doesNotThrow(() => { registry.check(backup.kind, { name: 'a/b-journal', compress: true, format: 'tar' }) })
  })

  t.test('a backup shows its progress, is verified, and starts as a server that has the rows', async t => {
    // For more than a second, so that it is seen to grow on a busy machine too.
    const { context, reported } = createKindContext({ args: { name: 'weekly/plain', max_bytes_per_second: 32e6 } })

    const outcome = await backup.run(context)

    const path = join(backupDir, 'weekly', 'plain')
    t.match(outcome, { state: 'DONE', payload: { name: 'weekly/plain', format: 'plain', compressed: false, verified: true } })
    t.ok(Number((outcome.payload as JsonObject)['bytes']) > 40e6)
    t.equal(statSync(path).mode & 0o777, 0o700)
    t.same(readdirSync(join(backupDir, 'weekly')), ['plain'], 'nothing else is left')
    checkProgress(reported as JsonObject[])

    function checkProgress (told: JsonObject[]): void {
      const bytes = told.filter(({ stage }) => stage === 'copy').map(payload => Number(payload['bytes_done']))
      t.ok(new Set(bytes).size > 3, 'it was seen to grow')
      t.same(bytes, [...bytes].sort((a, b) => a - b), 'and only grows')
      t.match(told.find(payload => Number(payload['bytes_done']) > 0), { phase: /\w/, bytes_total: Number, name: 'weekly/plain' })
      t.same(told.map(({ stage }) => stage).slice(-2), ['verify', 'publish'])
      t.ok(told.length < 250)
    }

    await server.stop()
    const { uid, gid } = statSync(server.dataDir)
    rmSync(server.dataDir, { recursive: true })
    cpSync(path, server.dataDir, { recursive: true, preserveTimestamps: true })
    for (const name of ['.', ...readdirSync(server.dataDir, { recursive: true }) as string[]]) {
      chownSync(join(server.dataDir, name), uid, gid)
    }
    await server.start()
    t.match(await server.sql('select count(*) from filler'), [{ count: '30000' }])
  })

  t.test('archives are made and compressed where that is asked for', async t => {
    const run = createKindContext({ args: { name: 'tar', format: 'tar', compress: true, checkpoint: 'fast' } })

    t.match(await backup.run(run.context), { state: 'DONE', payload: { format: 'tar', compressed: true, verified: false } })

    t.same(readdirSync(join(backupDir, 'tar')).sort(), ['backup_manifest', 'base.tar.gz', 'pg_wal.tar.gz'])
  })

  t.test('a name that is taken is left as it is', async t => {
    mkdirSync(join(backupDir, 'taken'))
    writeFileSync(join(backupDir, 'taken', 'file'), 'precious')

    const outcome = await backup.run(createKindContext({ args: { name: 'taken' } }).context)

    t.match(outcome, { state: 'FAILED', payload: { error: /"taken" in the backup folder already/, variant: 'EEXIST' } })
    t.equal(readFileSync(join(backupDir, 'taken', 'file'), 'utf8'), 'precious')
  })

  for (const reason of ['cancelled', 'shutdown'] as const) {
    t.test(`the end of the run (${reason}) in the middle leaves nothing, here and on the server`, async t => {
      const before = left()
      const id = randomUUID()
      const run = createKindContext({ id, args: { name: reason, ...slowly } })
      whileCopying(run, () => { run.abort(reason) })

      t.equal(await backup.run(run.context).catch((thrown: unknown) => thrown), reason)

      t.same(left(), before)
      t.same(pidsOf('pg_basebackup', id), [])
      await eventually('the server copies nothing any more', async () => await copies() === 0)
    })
  }

  t.test('a run that comes after a crash of the agent ends the copy that was left, and makes its own', async t => {
    const partial = join(backupDir, 'again.partial')
    mkdirSync(partial)
    const orphan = spawn(join(server.binDir, 'pg_basebackup'), [
      '-h', '127.0.0.1', '-p', String(server.port), '-U', 'backup', '-D', join(partial, 'old'), '-X', 'stream', '-c', 'fast', '-r', '1M'
    ], { env: { PGPASSWORD: settings.password, PGAPPNAME: `steward ${fakeActionId}` } })
    const ended = once(orphan, 'exit')
    t.teardown(() => { orphan.kill('SIGKILL') })
    await eventually('the orphan copies', async () => await copies() === 2 && existsSync(join(partial, 'old', 'base')))
    const logged = server.log().length
    const statePayload = { stage: 'copy', bytes_done: 3e7, bytes_total: 4e7, name: 'again' }
    const { context, reported } = createKindContext({ args: { name: 'again' }, statePayload })

    t.match(await backup.run(context), { state: 'DONE', payload: { name: 'again', verified: true } })

    t.match(await ended, [1], 'the copy that was left failed')
    t.match(server.log().slice(logged), /terminating connection due to administrator command/, 'since the server ended it')
    t.notOk(existsSync(partial))
    const bytes = (reported as JsonObject[]).filter(({ stage }) => stage === 'copy').map(payload => Number(payload['bytes_done']))
    t.ok(bytes.every(count => count > 3e7), 'what the earlier run had copied was not told again')
  })

  t.test('a run that was interrupted while it published ends what it had begun', async t => {
    const args = { name: 'published' }
    const first = createKindContext({ args })
    const outcome = await backup.run(first.context)
    const statePayload = first.reported.at(-1) as JsonObject
    t.equal(statePayload['stage'], 'publish')
    const path = join(backupDir, 'published')
    const { ino } = statSync(path)
    const again = async (): Promise<Outcome> => await backup.run(createKindContext({ args, statePayload }).context)

    t.same(await again(), outcome, 'when it had its name')
    mkdirSync(`${path}.partial`)
    renameSync(path, join(`${path}.partial`, String(statePayload['part'])))
    t.same(await again(), outcome, 'before it had its name')
    t.equal(statSync(path).ino, ino, 'it is the same copy')
    rmSync(path, { recursive: true })
    t.match(await again(), { state: 'DONE' }, 'when the copy is lost')
    t.ok(existsSync(join(path, 'PG_VERSION')))
  })

  t.test('tablespaces take archives', async t => {
    const { uid, gid } = statSync(server.dataDir)
    const place = join(server.dataDir, '..', 'space')
    mkdirSync(place)
    chownSync(place, uid, gid)
    await server.sql(`create tablespace other location '${place}'`)
    t.teardown(async () => { await server.sql('drop tablespace other') })

    t.match(await backup.run(createKindContext({ args: { name: 'spaces' } }).context),
      { state: 'FAILED', payload: { error: /tablespaces.*"format": "tar"/, reason: 'error' } })
    t.match(await backup.run(createKindContext({ args: { name: 'spaces', format: 'tar' } }).context), { state: 'DONE' })
  })

  t.test('the programs verify the server as far as is asked for', { skip: noOpenssl }, async t => {
    const certificate = await offerEncryption(server)
    const run = async (name: string, more: Partial<PostgresqlSettings>): Promise<Outcome> => {
      const { kind } = createBeside(t, { ...settings, ...more })
      return await kind('base-backup').run(createKindContext({ args: { name, format: 'tar' } }).context)
    }

    t.match(await run('required', { tls: 'require' }), { state: 'DONE' })
    t.match(await run('verified', { tls: 'verify-full', tls_ca: certificate }), { state: 'DONE' })
    const other = await run('other-name', { tls: 'verify-full', tls_ca: certificate, host: 'localhost' })
    t.match(other, { state: 'FAILED', payload: { reason: 'unavailable' } })
    t.match(JSON.stringify(other), /does not match host name/)
  })

  t.test('what cannot be begun says why, and never the password', async t => {
    const wrong = 'wrong-4712'
    const refused = createBeside(t, { ...settings, password: wrong })
    // As Debian's PATH has it: the program that copies, and not the one that verifies.
    const halfInstalled = temporaryFolder(t)
    symlinkSync(join(settings.bin_dir ?? '', 'pg_basebackup'), join(halfInstalled, 'pg_basebackup'))
    const missing = createBeside(t, { ...settings, bin_dir: halfInstalled })
    const run = createKindContext()

    const [login, program] = await Promise.all([
      refused.kind('base-backup').run(createKindContext().context), missing.kind('base-backup').run(run.context)
    ])

    t.match(login, { state: 'FAILED', payload: { reason: 'unavailable' } })
    t.match(JSON.stringify(login), /password authentication failed/)
    t.notOk(JSON.stringify(login).includes(wrong))
    t.match(program, { state: 'FAILED', payload: { error: /pg_verifybackup.*bin_dir/, reason: 'error' } })
    t.same(run.reported, [], 'nothing was copied before that')
    t.same([...readdirSync(refused.backupDir), ...readdirSync(missing.backupDir)], [])
  })

  t.test('a backup folder that cannot be used fails it, with what the system says', async t => {
    const blocked = createBeside(t, settings)
    writeFileSync(blocked.backupDir, 'in the way')

    t.match(await blocked.kind('base-backup').run(createKindContext().context), {
      state: 'FAILED', payload: { error: /backup_dir/, layers: [/EEXIST|ENOTDIR/], reason: 'error' }
    })
  })

  t.test('a server that is killed in the middle fails it, with its words, and nothing is left', async t => {
    const before = left()
    const run = createKindContext({ args: { name: 'killed', ...slowly } })
    whileCopying(run, () => server.crash())

    const outcome = await backup.run(run.context)

    t.match(outcome, { state: 'FAILED', payload: { error: /could not be copied/, reason: 'unavailable' } })
    t.match(JSON.stringify(outcome), /pg_basebackup: error/, 'in the words of the program')
    t.same(left(), before)
  })
})
