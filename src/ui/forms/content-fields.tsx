import { useViolations } from './field-props.js'
import { argsPointer, type Content } from './content.js'
import type { Field } from './field.js'
import { FieldView } from './field-view.js'
import { elementId } from './form-place.js'
import { Members } from './group-fields.js'
import { JsonInput } from './json-input.js'
import { FieldErrors, Hint } from './labelled.js'

interface ContentFieldsProps {
  readonly field: Field
  readonly content: Content
  readonly onChange: (content: Content) => void
}

/** All arguments: in their fields, or as one JSON text. */
export function ContentFields ({ field, content, onChange }: ContentFieldsProps) {
  const about = { field, pointer: argsPointer, label: 'Arguments', required: false }
  if (content.mode === 'json') {
    return (
      <JsonInput
        {...about} field={{ type: 'json', hint: field.type === 'json' ? field.hint : '', fallback: undefined }} rows={8}
        draft={{ as: 'json', text: content.text }}
        onChange={next => { onChange({ mode: 'json', text: next?.as === 'json' ? next.text : '' }) }}
      />
    )
  }
  const props = { ...about, draft: content.draft, onChange: (draft: typeof content.draft) => { onChange({ mode: 'form', draft }) } }
  return field.type === 'group' && content.draft?.as !== 'json' ? <TopMembers {...props} field={field} /> : <FieldView {...props} />
}

/** The members of the arguments need no frame around them: the form is one. */
function TopMembers (props: Omit<Parameters<typeof Members>[0], 'Inner'>) {
  const { field, pointer } = props
  const id = elementId(pointer)
  const violations = useViolations(pointer)
  return (
    <div id={id} class='form-fields' tabIndex={-1}>
      <Hint id={id} hint={field.hint} />
      <FieldErrors {...{ id, pointer, violations }} />
      <Members {...props} Inner={FieldView} />
    </div>
  )
}
