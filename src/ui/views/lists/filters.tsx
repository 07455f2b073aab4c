import { useId } from 'preact/hooks'
import { replaceQuery, route } from '../../frame/route.js'
import { useResource } from '../../live/resource.js'
import { useSession } from '../../live/session-context.js'
import { filterIn, longest, noFilter, type FinishedFilter } from './finished-filter.js'
import { LazyField } from './lazy-field.js'

/** What the finished actions are filtered by: fields that write the address. */
export function Filters ({ filter }: { filter: FinishedFilter }) {
  const { client } = useSession()
  const kinds = useResource(signal => client.kinds({ signal }), { key: 'kinds' })
  // Of the address as it is: two fields may change before this is drawn again.
  const set = (change: Partial<FinishedFilter>): void => {
    replaceQuery({ ...filterIn(route.peek().query), ...change })
  }
  return (
    <form class='filters' role='search' aria-label='Finished actions' onSubmit={event => { event.preventDefault() }}>
      <LazyField
        label='Search in id, kind, requester, error' value={filter.search} maxLength={longest.search} findsParts
        onValue={search => { set({ search }) }}
      />
      <Choice
        label='State' value={filter.state} options={[['', 'All'], ['DONE', 'DONE'], ['FAILED', 'FAILED']]}
        onValue={state => { set({ state }) }}
      />
      <Choice
        label='Scheduled' value={filter.since}
        options={[['', 'At any time'], ['hour', 'In the last hour'], ['day', 'In the last day'], ['week', 'In the last week'], ['between', 'Between …']]}
        onValue={since => { set({ since, from: '', until: '' }) }}
      />
      {filter.since === 'between'
        ? (
          <>
            <Moment label='From' value={filter.from} onValue={from => { set({ from }) }} />
            <Moment label='Until' value={filter.until} onValue={until => { set({ until }) }} />
          </>
          )
        : null}
      <LazyField
        label='Kind' value={filter.kind} maxLength={longest.kind} options={kinds.data?.map(({ kind }) => kind) ?? []}
        onValue={kind => { set({ kind }) }}
      />
      <LazyField
        label='Requester' value={filter.requester} maxLength={longest.requester}
        onValue={requester => { set({ requester }) }}
      />
      <LazyField label='Lane' value={filter.lane} maxLength={longest.lane} onValue={lane => { set({ lane }) }} />
    </form>
  )
}

interface MomentProps {
  readonly label: string
  /** RFC 3339 UTC, or empty. */
  readonly value: string
  readonly onValue: (value: string) => void
}

/** A moment in the viewer's zone. */
function Moment ({ label, value, onValue }: MomentProps) {
  const id = useId()
  const take = (text: string): void => {
    // Without a zone it is of this one (ECMA-262, 21.4.1.32).
    const at = Date.parse(text)
    onValue(Number.isNaN(at) ? '' : new Date(at).toISOString())
  }
  return (
    <div class='look-for'>
      <label for={id}>{label}</label>
      <input id={id} type='datetime-local' value={localMinute(value)} onChange={event => { take(event.currentTarget.value) }} />
    </div>
  )
}

/** As `datetime-local` has it: `2026-11-22T02:00`. */
function localMinute (at: string): string {
  if (at === '') return ''
  const moment = new Date(at)
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Takes every filter away. */
export function clearFilters (): void {
  replaceQuery({ ...noFilter })
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: ReadonlyArray<readonly [T, string]>
  readonly onValue: (value: T) => void
}

function Choice<T extends string> ({ label, value, options, onValue }: ChoiceProps<T>) {
  const id = useId()
  const choose = (chosen: string): void => {
    const option = options.find(([name]) => name === chosen)
    if (option !== undefined) onValue(option[0])
  }
  return (
    <div class='look-for'>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={event => { choose(event.currentTarget.value) }}>
        {options.map(([name, words]) => <option key={name} value={name}>{words}</option>)}
      </select>
    </div>
  )
}
