import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Violation } from '../../domain/problem.js'
import type { Draft } from './draft.js'
import type { Field } from './field.js'

/** What each field of a form is handed. */
export interface FieldProps<F extends Field = Field> {
  readonly field: F
  /** What has been filled in; null: nothing. */
  readonly draft: Draft | null
  /** Where its value is in the request. */
  readonly pointer: string
  readonly label: string
  readonly required: boolean
  readonly onChange: (draft: Draft | null) => void
}

/** What is wrong with the content of the form. */
export const Violations = createContext<readonly Violation[]>([])

/** What is wrong at a place; `inside`: and in what lies inside of it, where nothing else shows that. */
export function useViolations (pointer: string, { inside = false } = {}): readonly Violation[] {
  return useContext(Violations).filter(violation =>
    violation.pointer === pointer || (inside && violation.pointer.startsWith(`${pointer}/`)))
}
