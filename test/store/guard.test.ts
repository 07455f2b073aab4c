import { copyFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { createFileGuard } from '../../src/store/guard.js'
import { temporaryFolder } from '../support/engine.js'

function guarded (t: Parameters<typeof temporaryFolder>[0]) {
  const path = join(temporaryFolder(t), 'steward.db')
  writeFileSync(path, 'ours')
  return { path, guard: createFileGuard(path) }
}

t.test('what a turn wrote is taken for ours', async t => {
  const { path, guard } = guarded(t)

  guard.check()
  writeFileSync(path, 'ours, and longer')
  guard.accept()

  t.doesNotThrow(guard.check)
})

t.test('what somebody else wrote is not', async t => {
  const { path, guard } = guarded(t)
  writeFileSync(path, 'changed by somebody')

  t.throws(guard.check, /was changed by another program/)
})

t.test('another file in its place is refused, also when it came in the middle of a turn', async t => {
  const { path, guard } = guarded(t)
  guard.check()
  renameSync(path, `${path}.aside`)
  t.throws(guard.accept, /was removed/)
  copyFileSync(`${path}.aside`, path)

  t.throws(guard.accept, /was replaced by another file/, 'nobody is told of the turn')
  t.throws(guard.check, /was replaced by another file/, 'and there is no other')
})

t.test('a log that is removed is refused', async t => {
  const { path, guard } = guarded(t)
  writeFileSync(`${path}-wal`, 'log')
  guard.accept()
  rmSync(`${path}-wal`)

  t.throws(guard.check, /its write-ahead log, was removed or replaced/)
})

t.test('a log that is put back, with the times of its folder too, is refused', async t => {
  const path = join(temporaryFolder(t), 'steward.db')
  writeFileSync(path, 'ours')
  writeFileSync(`${path}-wal`, 'log')
  const { atime, mtime } = statSync(dirname(path))
  // Long after what was written here: nothing that changes now could go unseen.
  const guard = createFileGuard(path, () => Date.now() + 60_000)
  guard.check()
  t.doesNotThrow(guard.check)

  copyFileSync(`${path}-wal`, `${path}-wal.new`)
  renameSync(`${path}-wal.new`, `${path}-wal`)
  utimesSync(dirname(path), atime, mtime)

  t.throws(guard.check, /its write-ahead log, was removed or replaced/)
})
