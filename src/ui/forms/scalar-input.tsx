import { choiceText, type ScalarField } from './field.js'
import type { FieldProps } from './field-props.js'
import { Labelled } from './labelled.js'

/** A line of text; several lines where the text has some, or may be long. An empty one is left out. */
export function ScalarInput ({ field, draft, onChange, ...about }: FieldProps<ScalarField>) {
  const text = draft?.as === 'text' ? draft.text : ''
  const change = (event: { readonly currentTarget: { readonly value: string } }): void => {
    const { value } = event.currentTarget
    onChange(value === '' ? null : { as: 'text', text: value })
  }
  const placeholder = field.fallback === undefined ? undefined : `default: ${choiceText(field.fallback)}`
  const isNumber = field.types.every(type => type === 'integer' || type === 'number')
  return (
    <Labelled
      {...about} hint={field.hint}
      control={attributes => field.long || text.includes('\n')
        ? <textarea {...attributes} class='as-text' rows={3} value={text} placeholder={placeholder} spellcheck={false} onInput={change} />
        : (
          <input
            {...attributes} type='text' class={isNumber ? 'as-number' : 'as-text'} value={text} placeholder={placeholder}
            inputMode={isNumber ? (field.types.includes('number') ? 'decimal' : 'numeric') : undefined}
            autocomplete='off' autocapitalize='off' spellcheck={false} onInput={change}
          />
          )}
    />
  )
}
