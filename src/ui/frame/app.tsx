import { useEffect, useRef } from 'preact/hooks'
import { useSession } from '../live/session-context.js'
import { useNodeName } from '../views/datastore/node-name.js'
import { Banners } from './banners.js'
import { Entrance } from './entrance.js'
import { Guarded } from './guarded.js'
import { Header } from './header.js'
import { pageOf } from './pages.js'
import { followAddress, route } from './route.js'

followAddress()

/** The whole page: the header, what has happened, and the view that the address names. */
export function App () {
  const { entry, live, permissions } = useSession()
  const isOpen = entry.value.step === 'open'
  return (
    <>
      <a class='skip' href='#main' onClick={skipToMain}>Skip to the content</a>
      <Header />
      <Banners />
      <main id='main' tabIndex={-1} class={live.connection.value.state === 'lost' ? 'of-then' : ''}>
        {!isOpen ? <Entrance /> : permissions.value.read ? <View /> : <NothingToRead />}
      </main>
    </>
  )
}

/** The fragment is the page's address, so that it cannot lead to an element as well. */
function skipToMain (event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function View () {
  const page = pageOf(route.value)
  const place = route.value.path.join('/')
  const isFirst = useRef(true)
  const node = useNodeName()?.id ?? null
  useEffect(() => {
    document.title = [page?.title, node, 'Steward'].filter(part => part != null).join(' · ')
  }, [page, node])
  useEffect(() => {
    // A new page begins at its top, also for those who hear it.
    if (!isFirst.current) {
      scrollTo(0, 0)
      document.getElementById('main')?.focus({ preventScroll: true })
    }
    isFirst.current = false
  }, [place])
  if (page === null) return <p>There is no such page. <a href='#/'>Go to the overview.</a></p>
  return <Guarded key={place}>{page.show(route.value.path.slice(1))}</Guarded>
}

function NothingToRead () {
  const { entry } = useSession()
  const name = entry.value.step === 'open' ? entry.value.principal.name : ''
  return (
    <section class='card'>
      <h1>Nothing to see</h1>
      <p>The agent takes you for <b>{name}</b>, who may not read. Use a token that has the scope <code>read</code>.</p>
    </section>
  )
}
