import { useEffect } from 'preact/hooks'
import type { Board } from '../../live/board.js'
import { useSession } from '../../live/session-context.js'

/** The queue, read and kept true from the first view that uses it on. */
export function useBoard (): Board {
  const { board } = useSession()
  useEffect(() => { board.begin() }, [])
  return board
}
