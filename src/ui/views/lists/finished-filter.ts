import type { TransitionEvent } from '../../../client/events.js'
import type { ListFilter } from '../../../client/model.js'

/** What the finished actions are filtered by, as the address has it; empty: by nothing. */
export interface FinishedFilter {
  readonly state: '' | 'DONE' | 'FAILED'
  readonly kind: string
  readonly requester: string
  readonly lane: string
  readonly since: '' | 'hour' | 'day' | 'week'
  readonly search: string
}

/** The filter that admits everything. */
export const noFilter: FinishedFilter = { state: '', kind: '', requester: '', lane: '', since: '', search: '' }

/** How long each word reaches back, in milliseconds, and how a sentence says it. */
export const spans = {
  hour: { ms: 3_600_000, words: 'the last hour' },
  day: { ms: 86_400_000, words: 'the last day' },
  week: { ms: 7 * 86_400_000, words: 'the last week' }
} as const

/** The API takes as many characters. */
export const longest = { kind: 256, requester: 128, lane: 256, search: 200 } as const

/** The filter that an address has; what makes no sense in it is left out. */
export function filterIn (query: URLSearchParams): FinishedFilter {
  const [state, since] = [query.get('state'), query.get('since')]
  const text = (name: keyof typeof longest): string => (query.get(name) ?? '').trim().slice(0, longest[name])
  return {
    state: state === 'DONE' || state === 'FAILED' ? state : '',
    kind: text('kind'),
    requester: text('requester'),
    lane: text('lane'),
    since: since !== null && Object.hasOwn(spans, since) ? since as keyof typeof spans : '',
    // The API refuses control characters, which nobody types.
    search: text('search').replace(/\p{Cc}/gu, ' ').trim()
  }
}

/** What the API is asked for; `now` in milliseconds since the epoch. */
export function queryOf ({ state, since, ...texts }: FinishedFilter, now: number): ListFilter {
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
  return {
    ...given,
    state: state === '' ? ['DONE', 'FAILED'] : [state],
    ...(since === '' ? {} : { since: new Date(now - spans[since].ms).toISOString() })
  }
}

/** Whether something has ended that may belong in the list: events do not tell all that the filter asks for. */
export function mayBelong ({ state, kind, lane }: FinishedFilter, event: TransitionEvent): boolean {
  if (event.state !== 'DONE' && event.state !== 'FAILED') return false
  return (state === '' || state === event.state) && (kind === '' || kind === event.kind) && (lane === '' || lane === event.lane)
}

/** What could be changed where nothing fits, in words. */
export function adviceFor ({ state, kind, requester, lane, since, search }: FinishedFilter): string {
  const parts = [
    ...(search === '' ? [] : [`search for something else than “${search}”`]),
    ...(since === '' ? [] : [`look further back than ${spans[since].words}`]),
    ...([['state', state], ['kind', kind], ['requester', requester], ['lane', lane]] as const)
      .filter(([, value]) => value !== '').map(([name, value]) => `take away the ${name} ${value}`)
  ]
  return parts.length === 0 ? '' : `To see more, ${parts.join(', or ')}.`
}
