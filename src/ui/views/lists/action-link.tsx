import { mainLane } from '../../../domain/action.js'
import { actionHref } from '../../frame/route.js'
import { cutText, visibleText } from '../../parts/visible-text.js'

interface ActionLinkProps {
  readonly id: string
  readonly kind: string
  readonly lane: string
}

/**
 * The kind of an action, which leads to it; and its lane, where that is not the usual one. Where there is little room
 * the beginning of the kind gives way: its end says more.
 */
export function ActionLink ({ id, kind, lane }: ActionLinkProps) {
  const name = visibleText(kind)
  const behind = name.lastIndexOf('/') + 1
  return (
    <>
      <a class='to-action' href={actionHref(id)} title={`${name} ${id}`} aria-label={name}>
        <span class='space'>{name.slice(0, behind)}</span><span class='name'>{name.slice(behind)}</span>
      </a>
      {lane === mainLane ? null : <Lane name={lane} />}
    </>
  )
}

/** The name of a lane. */
export function Lane ({ name }: { name: string }) {
  return <span class='lane' title={`lane ${name}`}><span class='visually-hidden'>lane </span>{cutText(name, 40)}</span>
}

/** An id, short; the whole one when it is pointed at. */
export function ShortId ({ id }: { id: string }) {
  return <span class='mono short-id' title={id}>{id.slice(0, 8)}…{id.slice(-6)}</span>
}
