import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { layOutGuide } from '../support/guide.js'

const guide = layOutGuide(t, 'docs/adding-a-kind.md')

// Its own test is a part of this file. First, while the file is not over.
await import(pathToFileURL(join(guide.folder, 'test/kinds/wait-for-file.test.ts')).href)

t.test('the guide has a kind and its test, which compile as strictly as ours', async t => {
  t.same(guide.paths, ['src/kinds/wait-for-file.ts', 'test/kinds/wait-for-file.test.ts'])
  t.same(guide.complaints(), [])
})
