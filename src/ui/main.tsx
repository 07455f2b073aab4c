import { render } from 'preact'
import { App } from './frame/app.js'
import { createSession } from './live/session.js'
import { SessionContext } from './live/session-context.js'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/actions.css'
import './styles/action.css'
import './styles/kinds.css'
import './styles/datastore.css'
import './styles/overview.css'
import './styles/forced-colors.css'

const root = document.getElementById('app')
if (root === null) throw new Error('the page has no place for the dashboard')

root.replaceChildren()
const session = createSession()
// What is there until then stays otherwise.
root.replaceChildren()
render(<SessionContext.Provider value={session}><App /></SessionContext.Provider>, root)
session.begin().catch(session.heed)
