import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a server differs from the usual one. */
export interface ZookeeperOptions {
  /** The four-letter words that it answers, beside `srvr`, which every server does. Default: all. */
  readonly whitelist?: string
  /** Whether it has an admin server. Default: yes. */
  readonly admin?: boolean
  /** Whether a member that has lost its quorum goes on serving reads. Default: no. */
  readonly readOnlyMode?: boolean
  /** How many leaders an ensemble has had before: the upper half of its zxids. Default: 0. */
  readonly epoch?: number
}

/** What a server is made of. */
export interface ZookeeperPlan {
  /** Its number in the ensemble, `0` outside of one. */
  readonly id: string
  readonly port: number
  readonly adminPort: number
  /** The lines of its configuration that name the members of the ensemble. */
  readonly members: readonly string[]
  readonly options: ZookeeperOptions
}

/** Makes the folder of a server, with its configuration `zoo.cfg` in it. */
export function makeFolder ({ id, port, adminPort, members, options }: ZookeeperPlan): string {
  const { whitelist = '*', admin = true, epoch = 0 } = options
  const folder = mkdtempSync(join(tmpdir(), 'steward-zookeeper-'))
  writeFileSync(join(folder, 'myid'), id)
  if (epoch > 0) writeEpoch(folder, epoch)
  writeFileSync(join(folder, 'zoo.cfg'), [
    // Milliseconds; a member that is gone is missed after syncLimit of them.
    'tickTime=250',
    'initLimit=40',
    'syncLimit=8',
    `dataDir=${folder}`,
    `clientPort=${port}`,
    'clientPortAddress=127.0.0.1',
    `4lw.commands.whitelist=${whitelist}`,
    `admin.enableServer=${admin}`,
    'admin.serverAddress=127.0.0.1',
    `admin.serverPort=${adminPort}`,
    ...members
  ].join('\n'))
  return folder
}

function writeEpoch (folder: string, epoch: number): void {
  mkdirSync(join(folder, 'version-2'))
  for (const name of ['acceptedEpoch', 'currentEpoch']) writeFileSync(join(folder, 'version-2', name), String(epoch))
}
