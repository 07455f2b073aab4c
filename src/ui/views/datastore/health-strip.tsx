import type { ComponentChildren } from 'preact'
import { useSession } from '../../live/session-context.js'
import { Ago } from '../../parts/time.js'
import { visibleText } from '../../parts/visible-text.js'
import { NodeStatus } from './node-status.js'
import type { Polled } from './poll.js'
import { standingOf, type Standing } from './standing.js'
import { usePoll, useWatch } from './watch.js'

/** How the agent and its datastore are, on a line that keeps its height. */
export function HealthStrip () {
  const { agent } = useSession()
  const watch = useWatch()
  const readiness = usePoll(watch.readiness)
  const { node, known } = standingOf(usePoll(watch.info))
  const now = usePoll(watch.activity).answer?.value.samples.at(-1)
  const why = whyOf(readiness, node)
  return (
    <section class='card health' aria-label='Health'>
      <dl>
        <Cell name='Agent'><Readiness of={readiness} /></Cell>
        <Cell name='Started'>{agent.value === null ? '–' : <Ago at={agent.value.started_ts} />}</Cell>
        <Cell name='Version'>{agent.value?.version.number ?? '–'}</Cell>
        <Cell name='Cluster'>{known === null ? '–' : visibleText(known.cluster.display_name ?? known.cluster.id)}</Cell>
        <Cell name='Datastore' isWide>
          {node === null
            ? '–'
            : <><NodeStatus status={node.status} /> <a href='#/datastore'>{known?.kind} {visibleText(node.id)}</a></>}
        </Cell>
        <Cell name='Waiting'>{now?.waiting.toLocaleString('en-US') ?? '–'}</Cell>
        <Cell name='Running'>{now?.running.toLocaleString('en-US') ?? '–'}</Cell>
      </dl>
      <p class='why' title={why}>{why}</p>
    </section>
  )
}

function Cell ({ name, children, isWide }: { name: string, children: ComponentChildren, isWide?: boolean }) {
  return <div class={isWide === true ? 'wide' : undefined}><dt>{name}</dt><dd>{children}</dd></div>
}

function Readiness ({ of: { answer, trouble } }: { of: Polled<string | null> }) {
  if (trouble !== null) return <span class='node-status unsure'><span aria-hidden='true'>?</span> NO ANSWER</span>
  if (answer === null) return '–'
  return answer.value === null
    ? <span class='node-status well'><span aria-hidden='true'>✓</span> READY</span>
    : <span class='node-status ill'><span aria-hidden='true'>✕</span> NOT READY</span>
}

/** What is wrong, or that nothing is: the line is always there. */
function whyOf ({ answer, trouble }: Polled<string | null>, node: Standing['node']): string {
  if (trouble !== null) return trouble.message
  if (answer === null) return ''
  const reason = node?.status_reason ?? null
  if (answer.value === null && reason === null) return `The agent is ready${node?.status === 'HEALTHY' ? ', and the datastore is well' : ''}.`
  return [answer.value ?? 'The agent is ready.', reason === null ? '' : `The datastore: ${visibleText(reason)}`].join(' ')
}
