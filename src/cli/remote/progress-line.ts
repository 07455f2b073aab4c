import { elapsed } from '../../elapsed.js'
import { visible } from '../table.js'
import { cutTo, padTo, widthOf } from '../text-width.js'
import { colourOf, type Paint } from './colour.js'
import { inWords, type Progress } from '../../progress/progress.js'
import type { Step } from '../../progress/steps.js'

/** What is drawn of an action that goes on. */
export interface Now {
  readonly state: string
  readonly progress: Progress
  /** How long it has been in this state. */
  readonly elapsedMs: number
  /** Grows with every drawing: turns the spinner. */
  readonly drawing: number
}

/** How it is drawn. */
export interface Look {
  /** How much room there is. */
  readonly columns: number
  readonly paint: Paint
  /** Only ASCII: for the console of Linux, whose fonts have nothing else. */
  readonly plain: boolean
}

/** Every terminal shows Braille patterns in one column, unlike blocks and lines: those are wide in East Asian fonts. */
const fancy = { spinner: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'], full: '⣿', empty: '⣀' }
const ascii = { spinner: [...'|/-\\'], full: '#', empty: '.' }

const barColumns = { most: 20, least: 8 }

/** A text that is cut says something from so many columns on. */
const leastOfText = 12

/** One line, never wider than there is room: what matters most comes first, and what does not fit is left out. */
export function progressLine ({ state, progress, elapsedMs, drawing }: Now, { columns, paint, plain }: Look): string {
  const { spinner, full, empty } = plain ? ascii : fancy
  const { step, measure, rest } = fitForOneLine(progress)
  const line = createLine(columns)
  line.add(spinner[drawing % spinner.length]!, text => paint(text, 'bold'))
  line.add(state, text => paint(text, colourOf(state) ?? 'bold'))
  const time = shortly(elapsedMs)
  const percent = measure?.fraction === null || measure === null ? null : `${Math.floor(measure.fraction * 100)}%`
  // What stands behind the step is never pushed out by a long one.
  const reserved = widthOf(time) + 1 + (percent === null ? 0 : widthOf(percent) + 1)
  if (step !== null) line.add(cutTo(step, Math.min(line.left() - reserved, Math.max(12, Math.floor(columns / 3)))))
  const bar = Math.min(barColumns.most, line.left() - reserved)
  if (measure !== null && measure.fraction !== null && bar >= barColumns.least) {
    const done = Math.floor(measure.fraction * bar)
    line.add(`${full.repeat(done)}${empty.repeat(bar - done)}`, text => paint(text, 'green'))
  }
  if (percent !== null) line.add(percent)
  line.add(time)
  if (measure !== null && measure.words !== '') line.add(measure.words, text => paint(text, 'dim'))
  if (widthOf(rest) <= line.left() || line.left() >= leastOfText) line.add(cutTo(rest, line.left()), text => paint(text, 'dim'))
  return line.text()
}

/** A step that is over: what stays of it. */
export function finishedLine ({ state, progress, tookMs }: Step, { columns, paint }: Pick<Look, 'columns' | 'paint'>): string {
  const fit = fitForOneLine(progress)
  const name = state === 'NEW' ? 'waited' : fit.step ?? 'ran'
  const text = `  ${padTo(name, 10)} ${padTo(elapsed(tookMs ?? 0), 8)} ${state === 'NEW' ? '' : inWords(fit)}`
  return paint(cutTo(text.trimEnd(), columns), 'dim')
}

/** Without thousandths, which would flicker. */
function shortly (ms: number): string {
  return ms < 1000 ? `${(Math.max(0, Math.floor(ms / 100)) / 10).toFixed(1)}s` : elapsed(ms)
}

/** White space is one space, and what a terminal would obey is written out. */
function fitForOneLine ({ step, measure, rest }: Progress): Progress {
  const fit = (text: string): string => visible(text.slice(0, longest).replace(/\s+/g, ' ').trim())
  return {
    step: step === null ? null : fit(step),
    measure: measure === null ? null : { ...measure, words: fit(measure.words) },
    rest: fit(rest)
  }
}

/** No terminal is wider, and a payload may be long. */
const longest = 1000

interface Line {
  /** Adds a part behind a space, if it fits; where it does not, it is left out. */
  add (part: string, painted?: (text: string) => string): void
  /** Columns that a next part may take. */
  left (): number
  text (): string
}

function createLine (columns: number): Line {
  const parts: string[] = []
  let used = 0
  const left = (): number => columns - used - (parts.length === 0 ? 0 : 1)
  return {
    left,
    add (part, painted = text => text) {
      const width = widthOf(part)
      if (width === 0 || width > left()) return
      used += width + (parts.length === 0 ? 0 : 1)
      parts.push(painted(part))
    },
    text: () => parts.join(' ')
  }
}
