import type { Kind } from '../../../client/model.js'
import { interruptionInWords, limitInWords } from './kind-words.js'

/** What a kind is, beside its arguments. */
export function KindFacts ({ kind }: { kind: Kind }) {
  return (
    <dl class='kind-overview'>
      <div><dt>Time limit</dt><dd>{limitInWords(kind)}</dd></div>
      <div><dt>After an interruption</dt><dd>{interruptionInWords(kind)}</dd></div>
    </dl>
  )
}
