import { AgentRefusal } from '../../client/errors.js'
import type { AgentInfo, DatastoreInfo, Principal, StewardClient } from '../../client/model.js'
import { exitCodes } from '../exit-codes.js'
import { examples, type CommandSetup } from '../program.js'
import { visibleLines } from '../table.js'
import { withConnection } from './connection.js'
import { asYaml, outputOption, render, type OutputFlag } from './format.js'
import { remotely } from './remote.js'

type Node = DatastoreInfo['node']

interface Info {
  readonly agent: AgentInfo['version'] & Omit<AgentInfo, 'version'>
  /** Whom the agent takes us for. */
  readonly you: Principal
  /** What it said of the datastore; of one that does not answer, its node alone. */
  readonly datastore: DatastoreInfo | { readonly node: Node } | null
}

/** `steward info`: the agent, the datastore beside it, and whom the agent takes you for. */
export function addInfo (setup: CommandSetup): void {
  withConnection(setup.program.command('info'))
    .summary('tell of the agent and of the datastore beside it')
    .description('Tells of the agent, of the datastore beside it, and whom the agent takes you for.')
    .addOption(outputOption())
    .addHelpText('after', examples('steward info', 'steward info -o json'))
    .action(remotely(setup, async ({ client, out, signal }, { output }: OutputFlag) => {
      const [{ version, ...agent }, you, datastore] = await Promise.all([
        client.agentInfo({ signal }), client.whoAmI({ signal }), datastoreOf(client, signal)
      ])
      const info: Info = { agent: { ...version, ...agent }, you, datastore }
      out(render(output, info, () => linesOf(info).map(visibleLines)))
      return exitCodes.ok
    }))
}

/** That a datastore is down is told, and no trouble of this command. */
async function datastoreOf (client: StewardClient, signal: AbortSignal): Promise<Info['datastore']> {
  try {
    return await client.datastoreInfo({ signal })
  } catch (error) {
    if (!(error instanceof AgentRefusal && error.code === 'datastore-unavailable')) throw error
    const node = error.problem?.node
    return node === undefined ? null : { node }
  }
}

function linesOf ({ agent, you, datastore }: Info): string[] {
  const { number, checkout, taint, started_ts: started, actions_disabled: disabled } = agent
  return [
    `agent      ${number}, built from ${checkout}${taint === 'not tainted' ? '' : `, ${taint}`}`,
    `started    ${started}`,
    ...disabled === null ? [] : [`actions    none are taken or run: ${disabled}`],
    `you        ${you.name} (${you.method}), from ${you.remote_address}; may ${you.scopes.join(', ') || 'nothing'}`,
    ...datastore === null ? ['datastore  does not answer'] : datastoreLines(datastore)
  ]
}

function datastoreLines (datastore: NonNullable<Info['datastore']>): string[] {
  const { node } = datastore
  const reason = node.status_reason === null ? '' : `: ${node.status_reason}`
  const known = 'version' in datastore ? [
    `datastore  ${datastore.kind} ${datastore.version.number}`,
    `cluster    ${datastore.cluster.display_name ?? datastore.cluster.id}${indented(datastore.cluster.attributes)}`
  ] : []
  return [...known, `node       ${node.id}, ${node.status}${reason}${indented({ ...node.addresses, ...node.attributes })}`]
}

/** Further facts, one a line. */
function indented (facts: Readonly<Record<string, unknown>>): string {
  if (Object.keys(facts).length === 0) return ''
  return '\n' + asYaml(facts).replaceAll(/^/gm, ' '.repeat(13))
}
