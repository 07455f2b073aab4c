import type { ComponentChild } from 'preact'
import type { Violation } from '../../domain/problem.js'
import { asSentence, elementId, placeInWords } from './form-place.js'
import { useViolations } from './field-props.js'

/** What ties a control to its label, its hint and its errors. */
export interface ControlAttributes {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
  readonly 'aria-required': boolean
}

interface LabelledProps {
  readonly pointer: string
  readonly label: string
  readonly required: boolean
  readonly hint: string
  /** Whether the control shows all that is inside its value, too. */
  readonly inside?: boolean
  readonly control: (attributes: ControlAttributes) => ComponentChild
}

/** A control with its label, what it is for, and what is wrong with it. */
export function Labelled ({ pointer, label, required, hint, inside = false, control }: LabelledProps) {
  const violations = useViolations(pointer, { inside })
  const id = elementId(pointer)
  const described = [hint === '' ? '' : `${id}-hint`, violations.length === 0 ? '' : `${id}-error`].filter(part => part !== '')
  return (
    <div class='form-field'>
      <label for={id}><LabelText {...{ label, required }} /></label>
      <Hint {...{ id, hint }} />
      {control({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': violations.length > 0,
        'aria-required': required
      })}
      <FieldErrors {...{ id, pointer, violations }} />
    </div>
  )
}

/** The name of a field, and whether it has to be filled in. */
export function LabelText ({ label, required }: { label: string, required: boolean }) {
  return <><span class='form-name'>{label}</span>{required ? <span class='quiet'> (required)</span> : null}</>
}

/** What a field is for. */
export function Hint ({ id, hint }: { id: string, hint: string }) {
  return hint === '' ? null : <p id={`${id}-hint`} class='form-hint'>{hint}</p>
}

interface FieldErrorsProps {
  readonly id: string
  readonly pointer: string
  readonly violations: readonly Violation[]
}

/** What is wrong with a field; of what lies inside it, with its place. */
export function FieldErrors ({ id, pointer, violations }: FieldErrorsProps) {
  if (violations.length === 0) return null
  return (
    <div id={`${id}-error`} class='form-errors'>
      {violations.map((violation, at) => (
        <p key={at} class='error'>
          {violation.pointer === pointer ? asSentence(violation.detail) : `${placeInWords(violation.pointer)}: ${violation.detail}`}
        </p>
      ))}
    </div>
  )
}
