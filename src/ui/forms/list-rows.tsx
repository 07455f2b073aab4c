import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { mostRows, newRow, startOf, type Row } from './draft.js'
import type { ListField } from './field.js'
import { useViolations, type FieldProps } from './field-props.js'
import { elementId } from './form-place.js'
import { FieldErrors, Hint, LabelText } from './labelled.js'

interface ListProps extends FieldProps<ListField> {
  /** Shows an entry. Handed in, since entries may be lists again. */
  readonly Inner: ComponentType<FieldProps>
}

/** A list, with an entry in each row. One without rows is left out, unless there has to be one. */
export function ListRows ({ field, draft, label, required, pointer, onChange, Inner }: ListProps) {
  const id = elementId(pointer)
  const violations = useViolations(pointer)
  const rows = draft?.as === 'list' ? draft.rows : []
  const change = (next: readonly Row[]): void => {
    onChange(next.length === 0 && !required ? null : { as: 'list', rows: next })
  }
  const adder = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLOListElement>(null)
  const isAdded = useRef(false)
  useEffect(() => {
    if (isAdded.current) list.current?.lastElementChild?.querySelector<HTMLElement>('input, select, textarea')?.focus()
    isAdded.current = false
  }, [rows.length])
  const add = (): void => {
    isAdded.current = true
    change([...rows, newRow(startOf(field.item, true))])
  }
  const remove = (key: number): void => {
    change(rows.filter(row => row.key !== key))
    adder.current?.focus()
  }
  return (
    <fieldset id={id} class='form-group' tabIndex={-1} aria-describedby={field.hint === '' ? undefined : `${id}-hint`}>
      <legend><LabelText {...{ label, required }} /></legend>
      <Hint id={id} hint={field.hint} />
      <FieldErrors {...{ id, pointer, violations }} />
      <ol ref={list} class='form-rows'>
        {rows.map((row, at) => (
          <li key={row.key}>
            <Inner
              field={field.item} label={`${label} ${at + 1}`} required={false} pointer={`${pointer}/${at}`} draft={row.draft}
              onChange={next => { change(rows.map(each => each.key === row.key ? { ...each, draft: next } : each)) }}
            />
            <button type='button' class='small' onClick={() => { remove(row.key) }}>
              Remove<span class='visually-hidden'> {label} {at + 1}</span>
            </button>
          </li>
        ))}
      </ol>
      {rows.length < mostRows
        ? <button ref={adder} type='button' class='small' onClick={add}>Add<span class='visually-hidden'> to {label}</span></button>
        : <p class='form-hint'>Write it as JSON to give more.</p>}
    </fieldset>
  )
}
