import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../src/store/store.js'
import { storeContract } from '../contracts/store.js'
import { temporaryFolder } from '../support/engine.js'

storeContract(t, (t, { queueLimit }) => {
  let now = 1_700_000_000_000
  const path = join(temporaryFolder(t), 'steward.db')
  const open = () => openStore({ path, queueLimit, clock: { now: () => now } })
  let store = open()
  t.teardown(() => { store.close() })
  return {
    store,
    setTime: moment => { now = moment },
    reopen: () => {
      store.close()
      store = open()
      return store
    }
  }
})
