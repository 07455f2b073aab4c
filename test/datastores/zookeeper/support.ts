import type { Test } from 'tap'
import { createZookeeperDriver } from '../../../src/datastores/zookeeper/driver.js'
import type { ZookeeperSettings } from '../../../src/datastores/zookeeper/settings.js'
import type { Driver, NodeSettings } from '../../../src/domain/ports/datastore.js'
import type { DatastoreSubject } from '../../contracts/datastore.js'
import type { ZookeeperServer } from '../../support/zookeeper.js'

const unsaid: NodeSettings = {
  nodeId: null,
  clusterId: null,
  clusterDisplayName: null,
  addresses: {},
  // A server that is well answers in milliseconds; what is held costs a test this much for each question.
  timeoutMs: 2000
}

/** A driver beside the server that the settings name; closed at the end of the test. */
export function createSubject (t: Test, settings: ZookeeperSettings, node: Partial<NodeSettings> = {}): Driver {
  const driver = createZookeeperDriver({ settings, node: { ...unsaid, ...node } })
  t.teardown(async () => { await driver.datastore.close() })
  return driver
}

/** A server as the contract of datastores takes it; `well` resolves when it serves as it did before. */
export function contractSubject (t: Test, server: ZookeeperServer, well: () => Promise<void>): DatastoreSubject {
  return {
    driver: createSubject(t, server.settings),
    write: async () => { await server.write() },
    breakIt: server.crash,
    async mendIt () {
      await server.start()
      await well()
    },
    hold: server.hold,
    async release () {
      server.release()
      await well()
    }
  }
}
