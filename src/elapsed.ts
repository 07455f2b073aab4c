const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long something took, in at most 7 characters: `35ms`, `1.2s`, `42s`, `3m 04s`, `5h 07m`, `3d 4h`. */
export function elapsed (ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole < secondMs) return `${whole}ms`
  if (whole < 10 * secondMs) return `${(Math.floor(whole / 100) / 10).toFixed(1)}s`
  if (whole < minuteMs) return `${Math.floor(whole / secondMs)}s`
  if (whole < hourMs) return pair(whole, [minuteMs, 'm'], [secondMs, 's'])
  if (whole < dayMs) return pair(whole, [hourMs, 'h'], [minuteMs, 'm'])
  return `${Math.floor(whole / dayMs)}d ${Math.floor(whole % dayMs / hourMs)}h`
}

type Unit = readonly [number, string]

function pair (ms: number, [large, largeWord]: Unit, [small, smallWord]: Unit): string {
  const rest = Math.floor(ms % large / small)
  return `${Math.floor(ms / large)}${largeWord} ${String(rest).padStart(2, '0')}${smallWord}`
}

/** How long ago something was, in a word: `now`, `42s ago`, `3m ago`, `5h ago`, `12d ago`. */
export function ago (ms: number): string {
  const units: readonly Unit[] = [[dayMs, 'd'], [hourMs, 'h'], [minuteMs, 'm'], [secondMs, 's']]
  const unit = units.find(([size]) => ms >= size)
  return unit === undefined ? 'now' : `${Math.floor(ms / unit[0])}${unit[1]} ago`
}
