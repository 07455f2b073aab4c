import type { Kind } from '../../client/model.js'
import { hrefOf, replaceQuery, route } from '../frame/route.js'
import { useResource } from '../live/resource.js'
import { useSession } from '../live/session-context.js'
import { Trouble } from '../parts/trouble.js'
import { groupsOf } from './kind/kind-groups.js'
import { argumentsInWords, interruptionInWords, limitInWords } from './kind/kind-words.js'

/** All kinds of the agent, in groups; each leads to its form. */
export function KindsPage () {
  const { client } = useSession()
  const kinds = useResource(signal => client.kinds({ signal }), { key: 'kinds' })
  const filter = route.value.query.get('filter') ?? ''
  return (
    <div class='kinds-page'>
      <h1>Kinds</h1>
      <p class='quiet'>What this agent can do. Each has a form that schedules it.</p>
      <div class='form-field'>
        <label for='kind-filter'>Filter</label>
        <input
          id='kind-filter' type='search' class='as-text' value={filter} autocomplete='off' spellcheck={false}
          onInput={({ currentTarget }) => { replaceQuery({ filter: currentTarget.value }) }}
        />
      </div>
      <Trouble of={kinds} />
      {kinds.data === null ? <p class='quiet kinds-room'>{kinds.loading ? 'One moment.' : null}</p> : <Groups kinds={kinds.data} filter={filter} />}
    </div>
  )
}

function Groups ({ kinds, filter }: { kinds: readonly Kind[], filter: string }) {
  const groups = groupsOf(kinds, filter.trim())
  const shown = groups.reduce((sum, { kinds: { length } }) => sum + length, 0)
  return (
    <>
      <p class='quiet' role='status'>{shown === kinds.length ? `${shown} kinds` : `${shown} of ${kinds.length} kinds`}</p>
      {groups.map(({ title, kinds: members }, at) => (
        <section key={title} class='card' aria-labelledby={`kinds-${at}`}>
          <h2 id={`kinds-${at}`}>{title}</h2>
          <ul class='kind-list'>{members.map(kind => <KindRow key={kind.kind} kind={kind} />)}</ul>
        </section>
      ))}
    </>
  )
}

function KindRow ({ kind }: { kind: Kind }) {
  const { permissions } = useSession()
  const mayIt = permissions.value.schedule(kind.kind)
  return (
    <li>
      <div>
        <a class='mono' href={hrefOf(['kinds', kind.kind])}>{kind.kind}</a>
        <p>{kind.summary}</p>
      </div>
      <dl class='kind-facts'>
        <div><dt>Arguments</dt><dd>{argumentsInWords(kind)}</dd></div>
        <div><dt>Time limit</dt><dd>{limitInWords(kind)}</dd></div>
        <div><dt>Interrupted</dt><dd>{interruptionInWords(kind)}</dd></div>
      </dl>
      {mayIt
        ? <a class='button' href={hrefOf(['kinds', kind.kind])}>Schedule<span class='visually-hidden'> {kind.kind}</span></a>
        : <span class='quiet kind-beyond'>You may not schedule it</span>}
    </li>
  )
}
