import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Session } from './session.js'

/** Where the views find their session. */
export const SessionContext = createContext<Session | null>(null)

/** The session of the page. */
export function useSession (): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('there is no session around this view')
  return session
}
