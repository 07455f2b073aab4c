import type { FieldProps } from './field-props.js'
import { Labelled } from './labelled.js'

/** Any JSON, as text; a blank one is left out. */
export function JsonInput ({ field, draft, onChange, rows = 3, ...about }: FieldProps & { readonly rows?: number }) {
  const text = draft?.as === 'json' ? draft.text : ''
  // Of a value that the field itself cannot show.
  const note = field.type === 'json' || draft === null ? 'As JSON.' : 'As JSON: its field cannot show this value. Empty the text to have the field.'
  return (
    <Labelled
      {...about} inside hint={[field.hint, note].filter(part => part !== '').join(' ')}
      control={attributes => (
        <textarea
          {...attributes} class='as-json' rows={Math.max(rows, Math.min(text.split('\n').length, 16))} value={text}
          autocomplete='off' autocapitalize='off' spellcheck={false}
          onInput={({ currentTarget: { value } }) => { onChange(value === '' ? null : { as: 'json', text: value }) }}
        />
      )}
    />
  )
}
