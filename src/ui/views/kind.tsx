import { useMemo } from 'preact/hooks'
import type { Kind } from '../../client/model.js'
import type { JsonValue } from '../../domain/json.js'
import { jsonText } from '../forms/json-text.js'
import { hrefOf, route } from '../frame/route.js'
import { useResource } from '../live/resource.js'
import { useSession } from '../live/session-context.js'
import { Trouble } from '../parts/trouble.js'
import { visibleText } from '../parts/visible-text.js'
import { readGivenArgs } from './kind/given-args.js'
import { KindFacts } from './kind/kind-facts.js'
import { ScheduleForm } from './kind/schedule-form.js'

/** A kind, and the form that schedules it. */
export function KindPage ({ name }: { name: string }) {
  const { client } = useSession()
  const kind = useResource(signal => client.kind(name, { signal }), { key: name })
  return (
    <div class='kind-page'>
      <p class='kind-back'><a href={hrefOf(['kinds'])}>All kinds</a></p>
      <h1 class='mono'>{visibleText(name)}</h1>
      <Trouble of={kind} />
      {kind.data === null ? <p class='quiet kinds-room'>{kind.loading ? 'One moment.' : null}</p> : <Known kind={kind.data} />}
    </div>
  )
}

function Known ({ kind }: { kind: Kind }) {
  const { permissions } = useSession()
  const schema = useMemo(() => jsonText(kind.args as JsonValue, { indent: true }), [kind])
  return (
    <>
      <p class='kind-summary'>{kind.summary}</p>
      <KindFacts kind={kind} />
      {permissions.value.schedule(kind.kind)
        ? <Form kind={kind} schema={schema} />
        : <p class='card'>You may not schedule actions of this kind: your scopes do not reach it.</p>}
      <details class='card kind-schema'>
        <summary>The schema of its arguments</summary>
        <pre tabIndex={0} role='region' aria-label='The schema of its arguments'><code>{schema}</code></pre>
      </details>
    </>
  )
}

/** Kept while the agent is asked again, unless what the kind takes has changed; begun anew by another address. */
function Form ({ kind, schema }: { kind: Kind, schema: string }) {
  const text = route.value.query.get('args')
  const { args, trouble } = useMemo(() => readGivenArgs(text), [text])
  const kept = useMemo(() => kind, [schema])
  return (
    <>
      {trouble === null ? null : <p class='error' role='alert'>The arguments in the address cannot be read, so the form is empty. {trouble}</p>}
      <ScheduleForm key={`${text ?? ''} ${schema}`} kind={kept} args={args} />
    </>
  )
}
