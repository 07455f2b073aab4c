import type { ComponentChildren } from 'preact'
import type { ActionDetail } from '../../../client/model.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Time, Took } from '../../parts/time.js'
import { visibleText } from '../../parts/visible-text.js'

/** Who asked for it, when, and how long it waited and took. */
export function ActionFacts ({ action }: { action: ActionDetail }) {
  return (
    <section class='card' aria-labelledby='facts'>
      <h2 id='facts'>Facts</h2>
      <dl class='action-facts'>
        <Times action={action} />
        <Origin action={action} />
      </dl>
    </section>
  )
}

function Times ({ action }: { action: ActionDetail }) {
  const {
    created_ts: created, scheduled_ts: scheduled, started_ts: started, finished_ts: finished,
    cancel_requested_ts: cancelled, interruptions
  } = action
  return (
    <>
      {created === scheduled ? null : <Fact name='Created'><Time at={created} /></Fact>}
      <Fact name='Scheduled'><Time at={scheduled} /></Fact>
      <Fact name='Waited'><Took from={scheduled} to={started ?? finished} /></Fact>
      <Fact name='Started'>{started === null ? <None /> : <Time at={started} />}</Fact>
      <Fact name='Took'>{started === null ? <None /> : <Took from={started} to={finished} />}</Fact>
      <Fact name='Finished'>{finished === null ? <None /> : <Time at={finished} />}</Fact>
      {cancelled === null ? null : <Fact name='Cancel requested'><Time at={cancelled} /></Fact>}
      {interruptions === 0 ? null : <Fact name='Interrupted'>{interruptions}× since its last progress</Fact>}
    </>
  )
}

function Origin ({ action }: { action: ActionDetail }) {
  const { requester, principal, protocol, remote_address: address, lane, request_id: request, traceparent } = action
  // version-traceid-parentid-flags (https://www.w3.org/TR/trace-context/#traceparent-header)
  const trace = traceparent?.split('-')[1] ?? null
  return (
    <>
      <TextFact name='Requester' text={requester} />
      <TextFact name='Principal' text={principal} />
      <TextFact name='Protocol' text={protocol} />
      {address === null ? null : <TextFact name='Remote address' text={address} />}
      <TextFact name='Lane' text={lane} />
      {request === null ? null : <Fact name='Request id' isLong><Copied text={request} what='the request id' /></Fact>}
      {trace === null ? null : <Fact name='Trace id' isLong><Copied text={trace} what='the trace id' /></Fact>}
    </>
  )
}

/** A longer text gets more than one column. */
const longestInColumn = 24

function TextFact ({ name, text }: { name: string, text: string }) {
  return <Fact name={name} isLong={text.length > longestInColumn}>{visibleText(text)}</Fact>
}

interface FactProps {
  readonly name: string
  readonly isLong?: boolean
  readonly children: ComponentChildren
}

function Fact ({ name, isLong = false, children }: FactProps) {
  return <div class={isLong ? 'long' : undefined}><dt>{name}</dt><dd>{children}</dd></div>
}

function Copied ({ text, what }: { text: string, what: string }) {
  return <><span class='mono'>{visibleText(text)}</span> <CopyButton text={text} what={what} /></>
}

function None () {
  return <span class='quiet'>not yet</span>
}
