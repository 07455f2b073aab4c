import { useEffect, useId, useRef, useState } from 'preact/hooks'

interface LazyFieldProps {
  readonly label: string
  readonly value: string
  /** Told what was typed, once nobody has typed for a moment, and at once with Enter or when the field is left. */
  readonly onValue: (value: string) => void
  readonly maxLength?: number
  /** What may be picked. */
  readonly options?: readonly string[]
  /** Whether a part of what is looked for finds something: else there is more time to write it all. */
  readonly findsParts?: boolean
}

/** Nobody has typed for so many milliseconds. */
const pauseMs = { part: 300, whole: 1200 }

/** A field for a text by which something is looked for. */
export function LazyField ({ label, value, onValue, options, findsParts = false, ...field }: LazyFieldProps) {
  const id = useId()
  const [text, setText] = useState(value)
  const told = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The address may change otherwise, too.
  useEffect(() => {
    if (value !== told.current) setText(value)
    told.current = value
  }, [value])
  useEffect(() => () => { clearTimeout(timer.current) }, [])
  const tell = (typed: string): void => {
    clearTimeout(timer.current)
    const next = typed.trim()
    if (next === told.current) return
    told.current = next
    onValue(next)
  }
  const type = (typed: string): void => {
    setText(typed)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => { tell(typed) }, findsParts ? pauseMs.part : pauseMs.whole)
  }
  return (
    <div class='look-for'>
      <label for={id}>{label}</label>
      <input
        id={id} type='search' autocomplete='off' spellcheck={false} value={text} {...field}
        list={options === undefined ? undefined : `${id}-options`}
        onInput={event => { type(event.currentTarget.value) }} onChange={event => { tell(event.currentTarget.value) }}
        onKeyDown={event => { if (event.key === 'Enter') tell(event.currentTarget.value) }}
      />
      {options === undefined ? null : <datalist id={`${id}-options`}>{options.map(option => <option key={option} value={option} />)}</datalist>}
    </div>
  )
}
