import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createServer } from '../../src/datastores/zookeeper/server.js'
import type { ZookeeperSettings } from '../../src/datastores/zookeeper/settings.js'
import { NotServing } from '../../src/datastores/zookeeper/trouble.js'
import { eventually } from './eventually.js'
import { freePorts } from './free-ports.js'
import { createZnode } from './zookeeper-client.js'
import { makeFolder, type ZookeeperOptions, type ZookeeperPlan } from './zookeeper-folder.js'

const jar = '/usr/share/java/zookeeper.jar'
/** Debian's ZooKeeper does not name it among the libraries that it needs: without it, it has no admin server. */
const servletJar = '/usr/share/java/servlet-api.jar'

/** Why tests with a real server cannot run here; false when they can. */
export const noZookeeper: string | false = existsSync(jar) && spawnSync('java', ['-version']).status === 0
  ? false
  : 'needs ZooKeeper: apt-get install --no-install-recommends zookeeper'

/** A real server of its own folder and ports. */
export interface ZookeeperServer {
  /** How an agent reaches it; the admin server is among it where it has one. */
  readonly settings: ZookeeperSettings
  /** Its number in the ensemble, `0` outside of one. */
  readonly id: string
  /** Creates a node; resolves to the zxid of the last transaction that this has made. */
  readonly write: () => Promise<bigint>
  /** `kill -9`. */
  readonly crash: () => Promise<void>
  /** Starts it again, with what it held; resolves when it answers, though perhaps without a quorum. */
  readonly start: () => Promise<void>
  /** Resolves when it serves, in whatever mode. */
  readonly serves: () => Promise<void>
  /** Stops its process in its tracks, as an overloaded machine does, until `release`. */
  readonly hold: () => void
  readonly release: () => void
}

/** Starts a server that is alone; resolves when it serves. The test's end kills it. */
export async function startZookeeper (t: Test, options: ZookeeperOptions = {}): Promise<ZookeeperServer> {
  const [port = 0, adminPort = 0] = await freePorts(2)
  const server = prepare(t, { id: '0', port, adminPort, members: [], options })
  await server.start()
  await server.serves()
  return server
}

/** Starts an ensemble of that many; resolves when all of them serve. The test's end kills them. */
export async function startEnsemble (
  t: Test, size: number, options: ZookeeperOptions = {}
): Promise<ZookeeperServer[]> {
  const ports = await freePorts(4 * size)
  const plans = Array.from({ length: size }, (_, index) => {
    const [port = 0, adminPort = 0, quorumPort, electionPort] = ports.slice(4 * index)
    const id = String(index + 1)
    return { id, port, adminPort, member: `server.${id}=127.0.0.1:${quorumPort}:${electionPort}` }
  })
  const members = plans.map(({ member }) => member)
  const servers = plans.map(plan => prepare(t, { ...plan, members, options }))
  await Promise.all(servers.map(async server => {
    await server.start()
    await server.serves()
  }))
  return servers
}

function prepare (t: Test, plan: ZookeeperPlan): ZookeeperServer {
  const { id, port, adminPort, options: { admin = true, readOnlyMode = false } } = plan
  const folder = makeFolder(plan)
  const adminUrl = admin ? `http://127.0.0.1:${adminPort}` : null
  const settings = { host: '127.0.0.1', port, four_letter_words: true, admin_url: adminUrl }
  const asked = createServer({ settings, limitMs: 5000 })
  let child: ChildProcess | null = null

  const crash = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }
  t.teardown(async () => {
    await crash()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    settings,
    id,
    write: async () => await createZnode(port),
    crash,
    async start () {
      child = spawnServer(folder, readOnlyMode)
      await eventually(`the ZooKeeper server ${id} answers`, async () => await asked.state().catch(answersAtLeast))
    },
    async serves () { await eventually(`the ZooKeeper server ${id} serves`, async () => await asked.state()) },
    hold: () => { child?.kill('SIGSTOP') },
    release: () => { child?.kill('SIGCONT') }
  }
}

/** Options that let a JVM start quickly and stay small. Without a backend, slf4j writes no logs. */
function spawnServer (folder: string, readOnlyMode: boolean): ChildProcess {
  return spawn('java', [
    '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dreadonlymode.enabled=${readOnlyMode}`,
    '-cp', `${jar}:${servletJar}`, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', join(folder, 'zoo.cfg')
  ], { stdio: 'ignore' })
}

function answersAtLeast (error: unknown): true {
  if (error instanceof NotServing) return true
  throw error
}
