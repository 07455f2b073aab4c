import type { TransitionEvent } from '../../../client/events.js'
import type { ListFilter } from '../../../client/model.js'

/** What the finished actions are filtered by, as the address has it; empty: by nothing. */
export interface FinishedFilter {
  readonly state: '' | 'DONE' | 'FAILED'
  readonly kind: string
  readonly requester: string
  readonly lane: string
  /** `between`: what `from` and `until` say. */
  readonly since: '' | keyof typeof spans | 'between'
  /** RFC 3339 UTC; empty: from the beginning. */
  readonly from: string
  /** RFC 3339 UTC; empty: to the present. */
  readonly until: string
  readonly search: string
}

/** The filter that admits everything. */
export const noFilter: FinishedFilter = {
  state: '', kind: '', requester: '', lane: '', since: '', from: '', until: '', search: ''
}

/** How long each word reaches back, in milliseconds, and how a sentence says it. */
export const spans = {
  hour: { ms: 3_600_000, words: 'the last hour' },
  day: { ms: 86_400_000, words: 'the last day' },
  week: { ms: 7 * 86_400_000, words: 'the last week' }
} as const

/** The API takes as many characters. */
export const longest = { kind: 256, requester: 128, lane: 256, search: 200 } as const

/** The filter that an address has; what makes no sense in it is left out, and told by `misunderstood`. */
export function filterIn (query: URLSearchParams): FinishedFilter {
  const [state, since] = [query.get('state'), query.get('since')]
  const text = (name: keyof typeof longest): string => (query.get(name) ?? '').trim().slice(0, longest[name])
  const [from, until] = [momentIn(query.get('from')), momentIn(query.get('until'))]
  return {
    state: state === 'DONE' || state === 'FAILED' ? state : '',
    kind: text('kind'),
    requester: text('requester'),
    lane: text('lane'),
    since: from !== '' || until !== '' || since === 'between' ? 'between' : isSpan(since) ? since : '',
    from,
    until,
    // The API refuses control characters, which nobody types.
    search: text('search').replace(/\p{Cc}/gu, ' ').trim()
  }
}

/** The names of what an address has and no filter is made of: somebody typed it, or another version wrote it. */
export function misunderstood (query: URLSearchParams): string[] {
  const filter: Readonly<Record<string, string>> = { ...filterIn(query) }
  return [...new Set(query.keys())].filter(name => query.get(name) !== '' && (filter[name] ?? '') === '')
}

function isSpan (word: string | null): word is keyof typeof spans {
  return word !== null && Object.hasOwn(spans, word)
}

function momentIn (text: string | null): string {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? '' : new Date(at).toISOString()
}

/** What the API is asked for; `now` in milliseconds since the epoch. */
export function queryOf ({ state, since, from, until, ...texts }: FinishedFilter, now: number): ListFilter {
  const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''))
  return {
    ...given,
    state: state === '' ? ['DONE', 'FAILED'] : [state],
    ...(since === '' || since === 'between' ? {} : { since: new Date(now - spans[since].ms).toISOString() }),
    ...(since === 'between' && from !== '' ? { since: from } : {}),
    ...(since === 'between' && until !== '' ? { until } : {})
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
    ...(since === '' ? [] : [since === 'between' ? 'choose other times' : `look further back than ${spans[since].words}`]),
    ...([['state', state], ['kind', kind], ['requester', requester], ['lane', lane]] as const)
      .filter(([, value]) => value !== '').map(([name, value]) => `take away the ${name} ${value}`)
  ]
  return parts.length === 0 ? '' : `To see more, ${parts.join(', or ')}.`
}
