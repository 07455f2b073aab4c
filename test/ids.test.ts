import t from 'tap'
import { idShape } from '../src/domain/action.js'
import { createIdSource } from '../src/ids.js'

t.test('ids are UUIDs of version 7, each greater than the one before', async t => {
  const newId = createIdSource()
  const ids = Array.from({ length: 5000 }, newId)

  t.strictSame([...ids].sort(), ids)
  t.equal(new Set(ids).size, ids.length)
  t.ok(ids.every(id => idShape.test(id) && id[14] === '7' && '89ab'.includes(id[19]!)))
})

t.test('two sources do not give the same', async t => {
  const [one, two] = [createIdSource(), createIdSource()]

  const ids = new Set(Array.from({ length: 500 }, () => [one(), two()]).flat())

  t.equal(ids.size, 1000)
})
