import type { ComponentChildren } from 'preact'
import { localTime } from '../parts/time.js'
import { Trouble } from '../parts/trouble.js'
import { visibleText } from '../parts/visible-text.js'
import { KnownFacts } from './datastore/known.js'
import { NodeStatus } from './datastore/node-status.js'
import type { Polled } from './datastore/poll.js'
import { Shards } from './datastore/shards.js'
import { standingOf, type Standing } from './datastore/standing.js'
import { datastoreEveryMs, usePoll, useWatch, type Watch } from './datastore/watch.js'

/** The datastore beside the agent: how it is, what it says of itself, and its shards with their lags. */
export function DatastorePage () {
  const watch = useWatch()
  const state = usePoll(watch.info)
  const standing = standingOf(state)
  const { known, isOfNow, trouble } = standing
  return (
    <>
      <h1>Datastore</h1>
      <section class='card datastore-part' aria-labelledby='node-title'>
        <Node standing={standing}><AsOf state={state} /></Node>
        {trouble === null ? null : <Trouble of={{ error: trouble, reload: watch.info.soon }} />}
        {known === null ? null : <div class={isOfNow ? undefined : 'stale'}><KnownFacts of={known} /></div>}
      </section>
      {/* Not before what is above has its height. */}
      {known === null && standing.node === null && trouble === null
        ? null
        : (
          <section class='card datastore-part' aria-labelledby='shards-title'>
            <ShardPart watch={watch} isDown={standing.node?.status === 'UNAVAILABLE'} />
          </section>
          )}
    </>
  )
}

function Node ({ standing: { node, trouble }, children }: { standing: Standing, children: ComponentChildren }) {
  if (node === null) return <h2 id='node-title'>{trouble === null ? 'Asking the node' : 'The node'}</h2>
  return (
    <>
      <div class='node-head'>
        <h2 id='node-title'>{visibleText(node.id)}</h2>
        <span role='status'>
          {trouble === null ? <NodeStatus status={node.status} /> : <span class='quiet'>was {node.status}</span>}
        </span>
        {children}
      </div>
      {node.status_reason === null
        ? null
        : <p class={node.status === 'HEALTHY' ? 'quiet' : 'error'}>{visibleText(node.status_reason)}</p>}
    </>
  )
}

/** When what is shown was told. It is always there, so that nothing moves when it becomes of interest. */
function AsOf ({ state: { answer, trouble } }: { state: Polled<unknown> }) {
  if (answer === null) return null
  return trouble === null
    ? <span class='as-of quiet'>as of {localTime(answer.at)}</span>
    : <span class='as-of old'>last known at {localTime(answer.at)}; asked again each {datastoreEveryMs / 1000} s</span>
}

function ShardPart ({ watch: { shards, lags }, isDown }: { watch: Watch, isDown: boolean }) {
  const state = usePoll(shards)
  const { answer, trouble, triedAt } = state
  return (
    <>
      <div class='node-head'>
        <h2 id='shards-title'>Shards</h2>
        <AsOf state={state} />
      </div>
      {/* That the datastore is down has been said above, with its reason. */}
      {trouble === null || isDown ? null : <Trouble of={{ error: trouble, reload: shards.soon }} />}
      {answer === null
        ? <p class='empty'>{trouble === null ? 'Asking for the shards.' : 'They are not known.'}</p>
        : <div class={trouble === null ? undefined : 'stale'}><Shards shards={answer.value} lags={lags} now={triedAt} /></div>}
    </>
  )
}
