import type { Kind } from '../../client/model.js'
import { elapsed } from '../../elapsed.js'
import { fitTable } from '../fitted-table.js'
import { visible } from '../table.js'
import type { Paint } from './colour.js'
import type { ConnectionFlags, Environment } from './connection.js'
import { argumentRows } from './kind-arguments.js'
import { curlLine, runLine } from './kind-examples.js'

interface Page {
  readonly kind: Kind
  /** How the agent is reached: the examples reach it so, too. */
  readonly flags: ConnectionFlags
  readonly env: Environment
  readonly paint: Paint
  readonly width: number
}

/** What becomes of it when the agent dies while it runs. */
const interruptions = {
  resume: 'it is run again',
  fail: 'it is FAILED: to run it again might do harm'
} as const

/** Everything that a person needs to know of a kind to use it. */
export function kindPage ({ kind, flags, env, paint, width }: Page): string[] {
  const { summary, timeout_ms: timeout, on_interrupt: onInterrupt } = kind
  return [
    paint(visible(kind.kind), 'bold'),
    ...wrapped(visible(summary), width),
    '',
    `Time limit           ${timeout === null ? 'none' : elapsed(timeout)}`,
    `If the agent dies    ${interruptions[onInterrupt]}`,
    '',
    ...argumentTable(kind, paint, width),
    '',
    paint('Example', 'bold'),
    `  ${visible(runLine(kind, flags))}`,
    '',
    paint('The same with curl', 'bold'),
    `  ${visible(curlLine(kind, flags, env))}`
  ]
}

function argumentTable ({ args }: Kind, paint: Paint, width: number): string[] {
  const { rows, rest } = argumentRows(args)
  if (rows.length === 0) return [rest === 'free' ? 'Any arguments are taken.' : 'No arguments.']
  const table = fitTable([
    { head: 'ARGUMENT', cells: rows.map(({ name }) => name) },
    { head: 'TYPE', cells: rows.map(({ type }) => type), keep: 'start' },
    { head: 'REQUIRED', cells: rows.map(({ required }) => required ? 'yes' : '-') },
    { head: 'DEFAULT', cells: rows.map(({ fallback }) => fallback) }
  ], width)
  const descriptions = rows.map(({ description }) => wrapped(visible(description), width - 4).map(line => paint(`    ${line}`, 'dim')))
  return [
    ...table.flatMap((line, row) => [line, ...(row === 0 ? [] : descriptions[row - 1] ?? [])]),
    ...rest === 'free' ? ['Other arguments are taken, too.'] : []
  ]
}

/** A text in lines of at most so many characters, broken between words. */
function wrapped (text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length + 1 <= Math.max(width, 20)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.filter(line => line !== '')
}
