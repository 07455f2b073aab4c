import { useMemo, useState } from 'preact/hooks'
import { containerOf, pagesOf, previewOf, type Container, type Range } from './json-pages.js'
import { JsonLeaf } from './json-leaf.js'

interface JsonTreeProps {
  readonly value: unknown
  /** What it is, such as `Arguments`. */
  readonly name: string
}

/** Any JSON value as a tree that opens by pointer and keyboard; what is closed is not in the page. */
export function JsonTree ({ value, name }: JsonTreeProps) {
  const container = useMemo(() => containerOf(value), [value])
  return (
    <div class='json' role='group' aria-label={name}>
      {container === null || container.size === 0
        ? <JsonLeaf value={value} />
        : <Branch container={container} label={null} depth={0} />}
    </div>
  )
}

interface BranchProps {
  readonly container: Container
  readonly label: string | null
  readonly depth: number
}

/** Beyond so many levels nothing moves further to the right: the level is said instead. */
const deepestIndented = 10

function Branch ({ container, label, depth }: BranchProps) {
  const [isOpen, setOpen] = useState(depth === 0)
  const { kind, size } = container
  const count = kind === 'array' ? `[${size}]` : `{${size}}`
  const words = kind === 'array' ? `array of ${size}` : `object of ${size}`
  return (
    <details open={isOpen} onToggle={event => { setOpen(event.currentTarget.open) }}>
      <summary>
        {label === null ? null : <span class='json-key'>{label}: </span>}
        <span class='json-count' aria-hidden='true'>{count}</span><span class='visually-hidden'>{words}</span>
        {depth > deepestIndented ? <span class='quiet'> level {depth + 1}</span> : null}
        {isOpen ? null : <span class='json-preview'> {previewOf(container)}</span>}
      </summary>
      {isOpen ? <Members container={container} from={0} to={size} depth={depth + 1} /> : null}
    </details>
  )
}

interface MembersProps extends Range {
  readonly container: Container
  readonly depth: number
}

function Members ({ container, depth, from, to }: MembersProps) {
  const pages = pagesOf({ from, to })
  const items = pages.length > 0
    ? pages.map(page => <li key={page.from}><Page container={container} depth={depth} {...page} /></li>)
    : Array.from({ length: to - from }, (_, index) => {
      const { name, label, value } = container.at(from + index)
      return <li key={name}><Value label={label} value={value} depth={depth} /></li>
    })
  return <ul class={depth > deepestIndented ? 'deep' : undefined}>{items}</ul>
}

/** Some of many members; the first are seen at once. */
function Page ({ container, depth, from, to }: MembersProps) {
  const [isOpen, setOpen] = useState(from === 0)
  const [first, last] = [container.at(from).label, container.at(to - 1).label]
  return (
    <details open={isOpen} onToggle={event => { setOpen(event.currentTarget.open) }}>
      <summary><span class='json-key'>{first}</span> … <span class='json-key'>{last}</span></summary>
      {isOpen ? <Members container={container} depth={depth} from={from} to={to} /> : null}
    </details>
  )
}

function Value ({ label, value, depth }: { label: string, value: unknown, depth: number }) {
  const container = useMemo(() => containerOf(value), [value])
  if (container !== null && container.size > 0) return <Branch container={container} label={label} depth={depth} />
  return <><span class='json-key'>{label}: </span><JsonLeaf value={value} /></>
}
