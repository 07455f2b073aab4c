import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { layOutGuide } from '../support/guide.js'

const guide = layOutGuide(t, 'docs/adding-a-datastore.md')

// Its own test, with the contract suite and real servers, is a part of this file. First, while the file is not over.
await import(pathToFileURL(join(guide.folder, 'test/datastores/memcached/driver.test.ts')).href)

t.test('the guide has a complete driver and its test', async t => {
  const own = 'src/datastores/memcached'
  t.same(guide.paths, [
    ...['settings.ts', 'client.ts', 'driver.ts', 'kinds/flush.ts', 'kinds/stop.ts'].map(name => `${own}/${name}`),
    'test/datastores/memcached/driver.test.ts'
  ])
})

t.test('its code compiles, as strictly as ours', async t => {
  t.same(guide.complaints(), [])
})
