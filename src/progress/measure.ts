import type { JsonObject } from '../domain/json.js'

/** How much of something is done. */
export interface Measure {
  /** From 0 to 1; null where the whole is not known. */
  readonly fraction: number | null
  /** Such as `1,200 of 25,601 pages` or `12.5 MB`. */
  readonly words: string
}

/** A measure, and the names of the fields that say it. */
export interface FoundMeasure {
  readonly measure: Measure
  readonly fields: readonly string[]
}

/** How much is done of what, by the names of the two fields. */
interface Pair {
  readonly done: string
  readonly total: string
}

/**
 * What a payload says of how much is done: `percent`; `X_done`, `X_scanned` and the like, or `X`, of `X_total`;
 * `X_copied` and the like of `X`; `count` of `target`; or bytes, where nobody knows how many there will be. Of several
 * the one that fits the phase (`heap_blks_vacuumed` while `vacuuming heap`), then the first.
 */
export function findMeasure (payload: JsonObject): FoundMeasure | null {
  const { percent } = payload
  if (typeof percent === 'number' && percent >= 0 && percent <= 100) {
    return { measure: { fraction: percent / 100, words: '' }, fields: ['percent'] }
  }
  const names = Object.keys(payload)
  const parts = partsByWhole(names)
  const pairs = names.flatMap(name => pairsOf(name, parts))
    .filter(({ done, total }) => numberIn(payload, total) > 0 && numberIn(payload, done) >= 0)
  const pair = pairs.find(({ done }) => fitsPhase(done, payload['phase'])) ?? pairs[0]
  return pair === undefined ? findBytes(payload) : measureOf(pair, payload)
}

/**
 * The names by what they may be a part of: each by itself, and what of something is over (`pages_done`,
 * `heap_blks_scanned`, `bytes_read`; and `done` alone) by that. In one pass: a payload may have thousands of names.
 */
function partsByWhole (names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>()
  const add = (whole: string, name: string): void => {
    const known = parts.get(whole)
    if (known === undefined) parts.set(whole, [name])
    else known.push(name)
  }
  for (const name of names) {
    add(name, name)
    const whole = /^(?:(.*)_)?(?:done|read|sent|written|(?!failed|skipped)[a-z]+ed)$/s.exec(name)
    if (whole !== null) add(whole[1] ?? '', name)
  }
  return parts
}

/** The pairs that a field is the whole of. */
function pairsOf (total: string, parts: ReadonlyMap<string, readonly string[]>): Pair[] {
  if (total === 'target') return [{ done: 'count', total }]
  const stem = total === 'total' ? '' : total.replace(/_total$/, '')
  return (parts.get(stem) ?? []).filter(name => name !== total).map(done => ({ done, total }))
}

/** `heap_blks_vacuumed` is what counts while the phase is `vacuuming heap`. */
function fitsPhase (done: string, phase: unknown): boolean {
  const verb = /_([a-z]{3,})ed$/.exec(done)?.[1]
  return verb !== undefined && typeof phase === 'string' && phase.includes(verb)
}

function measureOf ({ done, total }: Pair, payload: JsonObject): FoundMeasure {
  const [now, whole] = [numberIn(payload, done), numberIn(payload, total)]
  const unit = unitOf(total, done)
  const words = unit === 'bytes'
    ? `${bytesInWords(now)} of ${bytesInWords(whole)}`
    : `${inDigits(now)} of ${inDigits(whole)} ${unit}`.trimEnd()
  return { measure: { fraction: Math.min(now / whole, 1), words }, fields: [done, total] }
}

/** What is counted, by the names of the fields; empty where they do not say. */
function unitOf (total: string, done: string): string {
  const stem = total === 'target' || total === 'total' ? '' : total.replace(/_total$/, '')
  if (/(^|_)bytes(_|$)/.test(total) || /(^|_)bytes(_|$)/.test(done)) return 'bytes'
  return stem.replace(/(^|_)blks$/, '$1blocks').replaceAll('_', ' ')
}

function findBytes (payload: JsonObject): FoundMeasure | null {
  const field = ['bytes_done', 'bytes_written', 'bytes_copied', 'bytes'].find(name => typeof payload[name] === 'number')
  if (field === undefined) return null
  return { measure: { fraction: null, words: bytesInWords(numberIn(payload, field)) }, fields: [field] }
}

/** NaN for what is no number. */
function numberIn (payload: JsonObject, field: string): number {
  const value = payload[field]
  return typeof value === 'number' ? value : NaN
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in powers of a thousand, such as `104.9 MB`. */
export function bytesInWords (bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

function inDigits (count: number): string {
  return count.toLocaleString('en-US')
}
