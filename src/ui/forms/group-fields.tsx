import type { ComponentType } from 'preact'
import { escapePointer } from '../../domain/violation.js'
import { emptyGroup, isEmptyGroup, type Draft, type GroupDraft } from './draft.js'
import type { GroupField } from './field.js'
import { useViolations, type FieldProps } from './field-props.js'
import { elementId } from './form-place.js'
import { JsonInput } from './json-input.js'
import { FieldErrors, Hint, LabelText } from './labelled.js'
import { restPointer } from './reading.js'

interface GroupProps extends FieldProps<GroupField> {
  /** Shows a member. Handed in, since members may be groups again. */
  readonly Inner: ComponentType<FieldProps>
}

/** An object inside another, with its members. */
export function GroupFields ({ field, label, required, pointer, ...props }: GroupProps) {
  const id = elementId(pointer)
  const violations = useViolations(pointer)
  return (
    <fieldset id={id} class='form-group' tabIndex={-1} aria-describedby={field.hint === '' ? undefined : `${id}-hint`}>
      <legend><LabelText {...{ label, required }} /></legend>
      <Hint id={id} hint={field.hint} />
      <FieldErrors {...{ id, pointer, violations }} />
      {field.members.length === 0 && !field.open ? <p class='form-hint'>It takes no arguments.</p> : null}
      <Members {...{ field, label, required, pointer }} {...props} />
    </fieldset>
  )
}

/** The members of an object. */
export function Members ({ field, draft, pointer, required, onChange, Inner }: GroupProps) {
  const group = draft?.as === 'group' ? draft : emptyGroup
  // An object that holds nothing any more is left out, unless there has to be one.
  const change = (next: GroupDraft): void => { onChange(isEmptyGroup(next) && !required ? null : next) }
  return (
    <>
      {field.members.map(member => (
        <Inner
          key={member.name} field={member.field} label={member.name} required={member.required}
          pointer={`${pointer}/${escapePointer(member.name)}`} draft={group.members[member.name] ?? null}
          onChange={next => { change(withMember(group, { name: member.name, draft: next })) }}
        />
      ))}
      {field.open
        ? (
          <JsonInput
            field={{ type: 'json', hint: 'An object with whatever else it takes.', fallback: undefined }}
            label={field.members.length === 0 ? 'Members' : 'Other members'} required={false} pointer={restPointer(pointer)}
            draft={group.rest === '' ? null : { as: 'json', text: group.rest }}
            onChange={next => { change({ ...group, rest: next?.as === 'json' ? next.text : '' }) }}
          />
          )
        : null}
    </>
  )
}

interface Change {
  readonly name: string
  readonly draft: Draft | null
}

function withMember (group: GroupDraft, { name, draft }: Change): GroupDraft {
  const { [name]: before, ...others } = group.members
  return { ...group, members: draft === null ? others : { ...others, [name]: draft } }
}
