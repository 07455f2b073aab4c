import { choiceText, type ChoiceField } from './field.js'
import { useViolations, type FieldProps } from './field-props.js'
import { elementId } from './form-place.js'
import { FieldErrors, Hint, Labelled, LabelText } from './labelled.js'

/** One of several values: a box to tick for what is true or false by default, else a list. */
export function ChoiceInput (props: FieldProps<ChoiceField>) {
  const { field, draft } = props
  const isShown = draft === null || draft.as === 'choice'
  return typeof field.fallback === 'boolean' && isShown ? <TickBox {...props} /> : <Choices {...props} />
}

function TickBox ({ field, draft, pointer, label, required, onChange }: FieldProps<ChoiceField>) {
  const id = elementId(pointer)
  const violations = useViolations(pointer)
  const value = draft?.as === 'choice' ? field.values[draft.index] : field.fallback
  return (
    <div class='form-field'>
      <div class='form-tick'>
        <input
          id={id} type='checkbox' checked={value === true}
          aria-describedby={field.hint === '' ? undefined : `${id}-hint`} aria-invalid={violations.length > 0}
          onChange={({ currentTarget }) => { onChange({ as: 'choice', index: field.values.indexOf(currentTarget.checked) }) }}
        />
        <label for={id}><LabelText {...{ label, required }} /></label>
      </div>
      <Hint id={id} hint={field.hint} />
      <FieldErrors {...{ id, pointer, violations }} />
    </div>
  )
}

function Choices ({ field, draft, onChange, ...about }: FieldProps<ChoiceField>) {
  const { fallback, values, hint } = field
  const nothing = fallback !== undefined ? `default: ${choiceText(fallback)}` : about.required ? 'choose one' : 'not given'
  return (
    <Labelled
      {...about} hint={hint}
      control={attributes => (
        <select
          {...attributes} value={draft?.as === 'choice' ? String(draft.index) : ''}
          onChange={({ currentTarget: { value } }) => { onChange(value === '' ? null : { as: 'choice', index: Number(value) }) }}
        >
          <option value=''>{nothing}</option>
          {values.map((value, index) => <option key={index} value={String(index)}>{choiceText(value)}</option>)}
        </select>
      )}
    />
  )
}
