import { isJsonObject } from '../../../domain/json.js'
import type { JsonObject, JsonSchema } from '../../../domain/json.js'
import { abortReason, done, failed } from '../../../domain/kind.js'
import type { ActionKind, KindContext, Outcome } from '../../../domain/kind.js'
import { parseHostPort } from '../../../server-login.js'
import type { Connections } from '../connections.js'
import { copySpeed, speedArgs } from '../copying.js'
import { dataFoldersOf, removeClones } from '../joining/data-folder.js'
import { joinStages } from '../joining/join.js'
import type { Join, JoinParts, JoinPosition } from '../joining/join.js'
import type { ServerAddress } from '../programs.js'
import { refusal } from '../refusal.js'
import { replaceData } from '../joining/replace-data.js'
import type { PostgresqlSettings } from '../settings.js'
import { awaitStreaming, startServer } from '../joining/start.js'
import { failedBy } from '../trouble.js'

interface ClusterJoinArgs {
  readonly primary?: string
  readonly slot?: string
  readonly max_bytes_per_second?: number
}

/** What the kind works with. */
export interface ClusterJoinParts extends JoinParts {
  readonly peers: PostgresqlSettings['peers']
  /** Makes connections to another server, with the login of the node's own. */
  readonly connectTo: (address: ServerAddress) => Pick<Connections, 'query' | 'close'>
}

/**
 * Makes the kind `agent.replicante.io/cluster.join` of PostgreSQL: clones a configured primary beside the data folder,
 * puts the clone in its place, and starts it as a standby. The old data is kept, under another name. It is resumable:
 * before the swap it begins anew, after that it goes on. What fails before the swap leaves the data folder as it was.
 */
export function createClusterJoinKind (parts: ClusterJoinParts): ActionKind<ClusterJoinArgs> {
  const names = Object.keys(parts.peers)
  return {
    kind: 'agent.replicante.io/cluster.join',
    summary: 'Clones the primary in place of this stopped PostgreSQL server, keeps the old data aside, and starts a standby.',
    args: argsOf(names),
    example: { ...names[0] === undefined ? {} : { primary: names[0] }, slot: 'node_2' },
    timeoutMs: null,
    onInterrupt: 'resume',
    async run (context) {
      const facts: JsonObject = {}
      try {
        const { name, address } = peerOf(parts.peers, context.args)
        const connections = parts.connectTo(address)
        try {
          return await joinCluster(await beginJoin({ parts, context, primary: { name, address, connections }, facts }))
        } finally {
          await connections.close()
        }
      } catch (error) {
        const reason = context.signal.aborted ? abortReason(context.signal) : null
        if (reason === null || reason === 'shutdown') return failedBy(error, facts)
        // Where the old data is has to be known after a cancel too.
        return failed('The joining was cancelled.', { reason, more: facts })
      }
    }
  }
}

function argsOf (names: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: {
      primary: {
        ...names.length === 0 ? { type: 'string' } : { enum: names },
        description: 'The server to clone, one of the configured peers. It may be left out where there is one peer.'
      },
      slot: {
        type: 'string',
        pattern: '^[a-z0-9_]{1,63}$',
        description: 'A replication slot on the primary, by which it keeps what the standby lacks. It is made if there is none.'
      },
      max_bytes_per_second: copySpeed
    },
    ...names.length > 1 ? { required: ['primary'] } : {},
    additionalProperties: false
  }
}

/** @throws PostgresqlError when there is no such peer */
function peerOf (peers: ClusterJoinParts['peers'], { primary }: ClusterJoinArgs): { name: string, address: ServerAddress } {
  const name = primary ?? Object.keys(peers)[0]
  const address = name === undefined ? undefined : peers[name]
  if (name !== undefined && address !== undefined) return { name, address: parseHostPort(address) }
  throw refusal('No server is configured that this node may be cloned from. Name it in peers of the datastore.')
}

interface JoinRun {
  readonly parts: ClusterJoinParts
  readonly context: KindContext<ClusterJoinArgs>
  readonly primary: Join['primary']
  /** What is known of the join; a failure tells it too. */
  readonly facts: JsonObject
}

async function beginJoin ({ parts, context, primary, facts }: JoinRun): Promise<Join> {
  const { args: { slot = null, max_bytes_per_second: speed }, action } = context
  const position = positionOf(context)
  return {
    ...parts,
    context,
    primary,
    position,
    slot,
    folders: await dataFoldersOf({ dataDir: parts.server.dataDir, actionId: action.id }),
    copyArgs: speedArgs(speed),
    async begin (stage, more = {}) {
      Object.assign(facts, { stage, primary: primary.name, slot, ...more })
      // What an interrupted run has told is not told again: that would look like progress. A swap is of a new clone.
      if (joinStages.indexOf(stage) > position.stage || stage === 'swap') await context.progress({ ...facts })
    },
    async report (news) { await context.progress({ ...facts, ...news }) }
  }
}

function positionOf ({ resumed, action: { statePayload: report } }: KindContext<ClusterJoinArgs>): JoinPosition {
  if (!resumed || !isJsonObject(report)) return { stage: -1, report: {} }
  return { stage: joinStages.findIndex(stage => stage === report['stage']), report }
}

async function joinCluster (join: Join): Promise<Outcome> {
  const { primary: { name }, slot, folders } = join
  const swap = await replaceData(join)
  if (swap === null) return done({ primary: name, message: 'streams from the primary already' })
  await removeClones(folders)
  const facts = { slot, data_dir_before: swap.before }
  await join.begin('start', { ...facts, clone: swap.clone })
  await startServer(join)
  await join.begin('follow')
  await awaitStreaming(join)
  return done({ primary: name, message: 'streams from the primary', ...facts })
}
