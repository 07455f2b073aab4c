import fc from 'fast-check'
import t from 'tap'
import { patience } from '../support/torture.js'
import { createAttempts } from './attempt.js'
import { committedOperations, type Operation } from './documents.js'
import { meaningsFor } from './meanings.js'
import { fittingRequest, slippedRequest, type Plan } from './requests.js'
import { tries } from './seed.js'
import { openWorld } from './world.js'

t.setTimeout(patience)

const world = await openWorld(t)
const operations = committedOperations()
const attempts = createAttempts(world.sender, world.ids)

const sent = async (plan: Plan): Promise<void> => { await attempts.run([plan]) }

/** Valid requests: of an operation that names kinds, for each kind. */
const valid = (operation: Operation): fc.Arbitrary<Plan> => {
  return fc.oneof(...world.kinds.map(kind => fittingRequest(operation, meaningsFor(kind))))
}
const known = operations.map(operation => ({ operation, valid: valid(operation) }))

for (const { operation, valid } of known) {
  t.test(`${operation.name} takes what fits its document, and answers as it says`, async () => {
    await fc.assert(fc.asyncProperty(valid, sent), tries({ ci: 30, torture: 1000 }))
  })

  t.test(`${operation.name} refuses what does not fit, in the way its document says`, async () => {
    const slipped = slippedRequest(operation, valid)
    await fc.assert(fc.asyncProperty(slipped, sent), tries({ ci: 100, torture: 5000 }))
  })
}

t.test('any walk over all routes of all protocols, on what earlier answers told', async () => {
  const steps = known.flatMap(({ operation, valid }) => [
    { weight: 3, arbitrary: valid }, { weight: 1, arbitrary: slippedRequest(operation, valid) }
  ])
  const walk = fc.array(fc.oneof(...steps), { minLength: 2, maxLength: 12 })
  await fc.assert(fc.asyncProperty(walk, attempts.run), tries({ ci: 100, torture: 5000 }))
})

t.test('every operation was taken and was refused, and nothing was logged as a defect', async t => {
  for (const { name, method } of operations) {
    const statuses = [...attempts.tally.get(name)?.keys() ?? []]
    t.ok(statuses.some(status => status < 400), `${name} answered well`)
    if (method === 'POST') t.ok(statuses.includes(400), `${name} refused something`)
  }
  t.same(world.defects(), [])
})
