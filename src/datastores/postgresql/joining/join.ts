import type { JsonObject } from '../../../domain/json.js'
import type { KindContext } from '../../../domain/kind.js'
import type { Supervisor } from '../../../domain/ports/supervisor.js'
import type { Connections } from '../connections.js'
import type { CopySource } from '../copying.js'
import type { DataFolders } from './data-folder.js'
import type { Programs } from '../programs.js'
import type { ServerControl } from '../server-control.js'

/** In order. Each is on disk before it begins. */
export const joinStages = ['check', 'clone', 'swap', 'start', 'follow'] as const

/** A stage of a join. */
export type JoinStage = typeof joinStages[number]

/** What joining a cluster works with. */
export interface JoinParts {
  readonly programs: Programs
  readonly server: ServerControl
  /** To the node's own server. */
  readonly connections: Pick<Connections, 'query'>
  /** The port that the node's own server is to listen at. */
  readonly port: number
  readonly supervisor: Supervisor | null
}

/** How far an interrupted run of the action came. */
export interface JoinPosition {
  /** The index of the stage that it had begun; -1 for none. */
  readonly stage: number
  /** What it has last reported. */
  readonly report: JsonObject
}

/** One join: this node, and the primary that it is cloned from. */
export interface Join extends JoinParts {
  readonly context: Pick<KindContext, 'action' | 'resumed' | 'signal' | 'sleep'>
  readonly primary: CopySource & { readonly name: string }
  readonly position: JoinPosition
  readonly folders: DataFolders
  /** The replication slot that the standby is to use on the primary. */
  readonly slot: string | null
  /** More arguments of pg_basebackup. */
  readonly copyArgs: readonly string[]
  /** Puts on disk that a stage begins; `more` is told from then on. */
  readonly begin: (stage: JoinStage, more?: JsonObject) => Promise<void>
  /** Puts on disk how far the stage is. */
  readonly report: (news: JsonObject) => Promise<void>
}
