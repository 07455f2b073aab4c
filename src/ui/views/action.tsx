import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { AgentRefusal } from '../../client/errors.js'
import type { ActionDetail } from '../../client/model.js'
import { idShape } from '../../domain/action.js'
import type { Resource } from '../live/resource.js'
import { Trouble } from '../parts/trouble.js'
import { cutText } from '../parts/visible-text.js'
import { ActionHead } from './action/head.js'
import { ActionFailure } from './action/failure.js'
import { ActionFacts } from './action/facts.js'
import { ActionHistory } from './action/history.js'
import { ActionNow } from './action/action-now.js'
import { ActionValues } from './action/values.js'
import { ListLink } from './action/list-link.js'
import { ActionTimeline } from './action/timeline.js'
import { useAction } from './action/use-action.js'

/** Everything about one action, kept up to date. */
export function ActionPage ({ id }: { id: string }) {
  return idShape.test(id)
    ? <FollowedAction id={id.toLowerCase()} />
    : (
      <NoAction title='Not an action'>
        <p>
          “{cutText(id, 200)}” is not the id of an action. An id is a UUID, such
          as <code>0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11</code>.
        </p>
      </NoAction>
      )
}

function FollowedAction ({ id }: { id: string }) {
  const resource = useAction(id)
  const { data: action } = resource
  useEffect(() => {
    if (action !== null) document.title = `${action.state} ${action.kind} · Steward`
  }, [action?.state, action?.kind])
  if (action === null) return <NothingYet id={id} resource={resource} />
  return <WholeAction action={action} resource={resource} />
}

interface WholeActionProps {
  readonly action: ActionDetail
  readonly resource: Resource<ActionDetail>
}

function WholeAction ({ action, resource }: WholeActionProps) {
  return (
    <article class='action'>
      <ListLink state={action.state} />
      <Trouble of={resource} />
      <ActionHead action={action} />
      <ActionFailure action={action} />
      <ActionNow action={action} />
      <ActionTimeline action={action} />
      <ActionFacts action={action} />
      <ActionValues action={action} />
      <ActionHistory action={action} />
    </article>
  )
}

function NothingYet ({ id, resource }: { id: string, resource: Resource<ActionDetail> }) {
  const { error } = resource
  if (error instanceof AgentRefusal && error.code === 'unknown-action') {
    return (
      <NoAction title='No such action'>
        <p>
          No action has the id <code>{id}</code>. It never existed here, or it has been pruned: the agent removes
          old ones some time after they have ended.
        </p>
      </NoAction>
    )
  }
  return (
    <article class='action' aria-busy={error === null}>
      <h1>Action</h1>
      <p class='mono'>{id}</p>
      {error === null
        ? <p class='card quiet still-loading' role='status'>Reading the action.</p>
        : <Trouble of={resource} />}
    </article>
  )
}

function NoAction ({ title, children }: { title: string, children: ComponentChildren }) {
  return (
    <section class='card'>
      <h1>{title}</h1>
      {children}
      <p><a href='#/finished'>Finished actions</a> · <a href='#/queue'>Queue</a></p>
    </section>
  )
}
