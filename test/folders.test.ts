import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../src/folders.js'
import { temporaryFolder } from './support/engine.js'

t.test('a folder is made with those above it, and the topmost that was made is told', async t => {
  const root = temporaryFolder(t)

  t.equal(makeFolder(join(root, 'a', 'b', 'c'), 0o700), join(root, 'a'))
  t.equal(statSync(join(root, 'a', 'b', 'c')).mode & 0o777, 0o700)
  t.equal(makeFolder(join(root, 'a', 'b', 'd')), join(root, 'a', 'b', 'd'))
  t.equal(makeFolder(join(root, 'a', 'b')), undefined, 'what is there stays')
})

t.test('what cannot be made is an error, and never a wait without end', async t => {
  const root = temporaryFolder(t)
  writeFileSync(join(root, 'file'), '')

  t.throws(() => makeFolder(join(root, 'file')), { code: 'EEXIST' })
  t.throws(() => makeFolder(join(root, 'file', 'below')))
  t.throws(() => makeFolder('/proc/no-such-process/below'), { code: 'ENOENT' })
})
