import type { ActionDetail } from '../../../client/model.js'
import { CopyButton } from '../../parts/copy-button.js'
import { JsonTree } from '../../parts/json-tree.js'

/** What it was given and what it last reported, as trees. */
export function ActionValues ({ action: { args, headers, state_payload: payload } }: { action: ActionDetail }) {
  return (
    <div class='values'>
      <Value title='Arguments' value={args} none='It was given none.' />
      <Value title='Last payload' value={payload} none='It has reported nothing.' />
      {Object.keys(headers).length === 0 ? null : <Value title='Headers' value={headers} none='' />}
    </div>
  )
}

interface ValueProps {
  readonly title: string
  readonly value: unknown
  readonly none: string
}

function Value ({ title, value, none }: ValueProps) {
  return (
    <section class='card value'>
      <div class='title-line'>
        <h2>{title}</h2>
        {value === null ? null : <CopyButton text={() => JSON.stringify(value, null, 2)} what={`${title} as JSON`} />}
      </div>
      {value === null ? <p class='quiet'>{none}</p> : <JsonTree value={value} name={title} />}
    </section>
  )
}
