import type { ComponentType } from 'preact'
import { escapePointer } from '../../domain/violation.js'
import { emptyGroup, startOfGroup, type GroupDraft, type VariantDraft } from './draft.js'
import { choiceText, type Option, type VariantField } from './field.js'
import { useViolations, type FieldProps } from './field-props.js'
import { elementId } from './form-place.js'
import { Members } from './group-fields.js'
import { FieldErrors, Hint, Labelled, LabelText } from './labelled.js'

interface VariantProps extends FieldProps<VariantField> {
  /** Shows a member. Handed in, since members may have forms again. */
  readonly Inner: ComponentType<FieldProps>
}

/** An object in one of several forms: which, and then the members of that. */
export function VariantFields ({ field, draft, label, required, pointer, onChange, Inner }: VariantProps) {
  const id = elementId(pointer)
  const violations = useViolations(pointer)
  const chosen = draft?.as === 'variant' ? draft : null
  const option = chosen === null ? undefined : field.options[chosen.option]
  return (
    <fieldset id={id} class='form-group' tabIndex={-1} aria-describedby={field.hint === '' ? undefined : `${id}-hint`}>
      <legend><LabelText {...{ label, required }} /></legend>
      <Hint id={id} hint={field.hint} />
      <FieldErrors {...{ id, pointer, violations }} />
      <TagSelect {...{ field, chosen, pointer, onChange }} hint={option?.group.hint ?? ''} />
      {option === undefined || chosen === null
        ? null
        : (
          <Members
            field={option.group} draft={chosen.group} required {...{ label, pointer, Inner }}
            onChange={next => { onChange({ ...chosen, group: next?.as === 'group' ? next : emptyGroup }) }}
          />
          )}
    </fieldset>
  )
}

interface TagProps extends Pick<VariantProps, 'field' | 'pointer' | 'onChange'> {
  readonly chosen: VariantDraft | null
  readonly hint: string
}

function TagSelect ({ field, chosen, pointer, hint, onChange }: TagProps) {
  const choose = (value: string): void => {
    const option = field.options[Number(value)]
    if (value === '' || option === undefined) onChange(null)
    else onChange({ as: 'variant', option: Number(value), group: carriedOver(chosen?.group ?? emptyGroup, option) })
  }
  return (
    <Labelled
      pointer={`${pointer}/${escapePointer(field.tag)}`} label={field.tag} required hint={hint}
      control={attributes => (
        <select
          {...attributes} value={chosen === null ? '' : String(chosen.option)}
          onChange={({ currentTarget: { value } }) => { choose(value) }}
        >
          <option value=''>choose one</option>
          {field.options.map(({ value }, index) => (
            <option key={index} value={String(index)}>{choiceText(value)}</option>
          ))}
        </select>
      )}
    />
  )
}

/** What another form has in common with what was filled in so far. */
function carriedOver ({ members }: GroupDraft, { group }: Option): GroupDraft {
  const start = startOfGroup(group)
  const known = Object.entries(members).filter(([name, draft]) =>
    group.members.some(({ name: known, field }) => known === name && (field.type === 'json') === (draft.as === 'json')))
  return { ...start, members: { ...start.members, ...Object.fromEntries(known) } }
}
