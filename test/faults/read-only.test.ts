import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { temporaryFolder } from '../support/engine.js'
import { runProgram } from '../support/program.js'
import { patience } from '../support/torture.js'

t.setTimeout(patience)

const serve = ['serve', '--bind', '127.0.0.1:0']
/** Somebody who is not root, whom modes hold back. */
const nobody = 65_534
const skip = process.getuid?.() === 0 ? false : 'other users and mounts need root'

/** A folder with a database in it, both of a user who is not root. */
async function databaseOf (t: Test): Promise<{ folder: string, data: string, file: string, run: typeof runAs }> {
  const folder = temporaryFolder(t)
  const data = join(folder, 'data')
  mkdirSync(data)
  for (const path of [folder, data]) chownSync(path, nobody, nobody)
  const file = join(data, 'steward.db')
  const { code, stderr } = await runAs(['migrate', '--db', file], folder)
  if (code !== 0) throw new Error(stderr)
  return { folder, data, file, run: runAs }
}

async function runAs (args: readonly string[], folder: string): ReturnType<typeof runProgram> {
  const through = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
  return await runProgram(args, { folder, through })
}

const cases: Readonly<Record<string, (database: { readonly data: string, readonly file: string }) => void>> = {
  'a database file that may only be read': ({ file }) => { chmodSync(file, 0o444) },
  'a folder that may only be read': ({ data }) => { chmodSync(data, 0o555) },
  'a folder that may not be entered': ({ data }) => { chmodSync(data, 0o000) },
  'a lock of another user': ({ file }) => {
    chmodSync(`${file}.lock`, 0o444)
    chownSync(`${file}.lock`, 0, 0)
  }
}

for (const [what, take] of Object.entries(cases)) {
  t.test(`${what}: the start is refused with 5 and one sentence, and check says the same`, { skip }, async t => {
    const database = await databaseOf(t)
    const before = readdirSync(database.data)
    take(database)

    for (const command of [serve, ['check']]) {
      const { code, stderr } = await database.run([...command, '--db', database.file], database.folder)
      t.equal(code, 5, command[0] ?? '')
      // What may follow is tap's: it would note every process of Node in a folder that this user may not write.
      t.match(stderr.split('\n')[0], /^steward: \S+ cannot be opened for writing \(.+\)\. The file and its folder must be writable by this user\.$/)
    }
    t.strictSame(readdirSync(database.data), before, 'nothing was left there')
  })
}

t.test('a file system that is mounted for reading alone: the same, also for root', { skip }, async t => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'data', 'steward.db')
  await runProgram(['migrate', '--db', file], { folder })
  const data = join(folder, 'data')
  execFileSync('mount', ['--bind', data, data])
  t.teardown(() => { execFileSync('umount', ['-l', data]) })
  execFileSync('mount', ['-o', 'remount,ro,bind', data])
  const { mtimeMs } = statSync(file)

  for (const command of [serve, ['check']]) {
    const { code, stderr } = await runProgram([...command, '--db', file], { folder })
    t.equal(code, 5, command[0] ?? '')
    t.match(stderr, /cannot be opened for writing \(EROFS: read-only file system/)
  }
  t.equal(statSync(file).mtimeMs, mtimeMs)
})
