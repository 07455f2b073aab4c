import { useSession } from '../live/session-context.js'
import type { Connection } from '../live/live.js'
import { NodeWords } from '../views/datastore/node-name.js'
import { pages } from './pages.js'
import { route } from './route.js'

/** The name, how the page is connected, who one is, and the navigation. */
export function Header () {
  const { entry, permissions } = useSession()
  const isOpen = entry.value.step === 'open'
  return (
    <header class='top'>
      <div class='bar'>
        <a class='brand' href='#/'>Steward</a>
        {isOpen && permissions.value.read ? <NodeWords className='node' /> : null}
        {isOpen && permissions.value.read ? <ConnectionBadge /> : null}
        {isOpen ? <Who /> : null}
      </div>
      {isOpen && permissions.value.read ? <Navigation /> : null}
    </header>
  )
}

const connectionWords: Readonly<Record<Connection['state'], string>> = {
  connecting: 'Connecting', live: 'Live', lost: 'Connection lost', paused: 'Paused'
}

function ConnectionBadge () {
  const { live } = useSession()
  const { state } = live.connection.value
  return <span class={`connection ${state}`} role='status' data-connection={state}>{connectionWords[state]}</span>
}

function Who () {
  const session = useSession()
  const { entry, agent, hasToken, permissions } = session
  if (entry.value.step !== 'open') return null
  const { name, method } = entry.value.principal
  return (
    <div class='who'>
      {agent.value === null ? null : <span class='quiet version'>{agent.value.version.number}</span>}
      <span><span class='visually-hidden'>You are </span>{name}{method === 'token' || method === 'certificate' ? <span class='quiet'> ({method})</span> : null}</span>
      {hasToken.value
        ? <button type='button' class='small' onClick={() => { session.useToken(null).catch(session.heed) }}>Forget token</button>
        : permissions.value.all
          ? null
          : <button type='button' class='small' onClick={() => { session.askForToken() }}>Use a token</button>}
    </div>
  )
}

function Navigation () {
  const [here = ''] = route.value.path
  return (
    <nav aria-label='Pages'>
      <ul>
        {pages.map(({ name, title }) => (
          <li key={name}><a href={`#/${name}`} aria-current={here === name ? 'page' : undefined}>{title}</a></li>
        ))}
      </ul>
    </nav>
  )
}
