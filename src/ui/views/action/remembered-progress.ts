import { beginning } from '../../../domain/json.js'
import { inWords, readProgress, type Progress } from '../../../progress/progress.js'
import { cutText } from '../../parts/visible-text.js'

const nothing: Progress = { step: null, measure: null, rest: '' }

/** What is shown of a payload in words has at most so many characters. */
const longest = 300

const known = new WeakMap<object, Progress>()

/**
 * What a payload says, in words that are short and do no harm. A payload that is asked for again is not read again: a
 * history has up to a thousand, and is drawn with each event.
 */
export function rememberedProgress (payload: unknown): Progress {
  if (typeof payload !== 'object' || payload === null) return briefly(payload)
  const before = known.get(payload)
  if (before !== undefined) return before
  const progress = briefly(payload)
  known.set(payload, progress)
  return progress
}

/** What is known of it on one line: the step, how much, and what else. */
export function wordsOf (progress: Progress): string {
  return [progress.step ?? '', inWords(progress)].filter(text => text !== '').join(': ')
}

function briefly (payload: unknown): Progress {
  const { step, measure, rest } = read(payload)
  return {
    step: step === null ? null : onOneLine(step),
    measure: measure === null ? null : { ...measure, words: onOneLine(measure.words) },
    rest: onOneLine(rest)
  }
}

/** White space is one space: only as much is looked at as could be shown. */
function onOneLine (text: string): string {
  return cutText(beginning(text, longest * 2).replace(/\s+/g, ' ').trim(), longest)
}

function read (payload: unknown): Progress {
  try {
    return readProgress(payload)
  } catch {
    // Nested so deeply that it cannot be written as text: the tree shows it.
    return nothing
  }
}
