import { signal } from '@preact/signals'
import { ago, elapsed } from '../../elapsed.js'

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'
})
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: '2-digit', day: '2-digit' })

/** The present, in milliseconds since the epoch: grows each second while the page is seen. */
export const now = signal(Date.now())
setInterval(() => { if (!document.hidden) now.value = Date.now() }, 1000)
document.addEventListener('visibilitychange', () => { now.value = Date.now() })

/** A moment in the viewer's zone: the time of day, and the date where it is not today. */
export function localTime (at: number): string {
  if (Number.isNaN(new Date(at).getTime())) return 'unknown'
  return day.format(at) === day.format(Date.now()) ? timeOfDay.format(at) : dayAndTime.format(at)
}

/** A moment (RFC 3339) in the viewer's zone; in UTC when it is pointed at. */
export function Time ({ at }: { at: string }) {
  return <time dateTime={at} title={`${at} (UTC)`}>{localTime(Date.parse(at))}</time>
}

/** How long ago a moment (RFC 3339) was, kept up to date; the moment itself, in UTC, when it is pointed at. */
export function Ago ({ at }: { at: string }) {
  const moment = Date.parse(at)
  return <time dateTime={at} title={`${localTime(moment)}, ${at} (UTC)`}>{ago(now.value - moment)}</time>
}

/** How long something takes: from a moment to another, or to the present where it goes on. */
export function Took ({ from, to }: { from: string, to: string | null }) {
  const end = to === null ? Math.max(now.value, Date.parse(from)) : Date.parse(to)
  return <span class='took'>{elapsed(end - Date.parse(from))}</span>
}
