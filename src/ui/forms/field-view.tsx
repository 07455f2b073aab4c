import { ChoiceInput } from './choice-input.js'
import type { FieldProps } from './field-props.js'
import { GroupFields } from './group-fields.js'
import { JsonInput } from './json-input.js'
import { ListRows } from './list-rows.js'
import { ScalarInput } from './scalar-input.js'
import { VariantFields } from './variant-fields.js'

/** A field of any type; as JSON where it cannot show the value. */
export function FieldView (props: FieldProps) {
  const { field, draft } = props
  if (draft?.as === 'json') return <JsonInput {...props} />
  switch (field.type) {
    case 'scalar': return <ScalarInput {...props} field={field} />
    case 'choice': return <ChoiceInput {...props} field={field} />
    case 'group': return <GroupFields {...props} field={field} Inner={FieldView} />
    case 'list': return <ListRows {...props} field={field} Inner={FieldView} />
    case 'variant': return <VariantFields {...props} field={field} Inner={FieldView} />
    case 'json': return <JsonInput {...props} field={field} />
  }
}
