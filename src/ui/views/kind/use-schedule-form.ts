import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Kind } from '../../../client/model.js'
import type { JsonValue } from '../../../domain/json.js'
import type { Violation } from '../../../domain/problem.js'
import { createChecker } from '../../forms/checker.js'
import { contentOf, readContent, switched, violationsOf, type Content } from '../../forms/content.js'
import { fieldOf } from '../../forms/field-model.js'
import { actionHref } from '../../frame/route.js'
import { useSession } from '../../live/session-context.js'
import { isGrave } from './grave-kinds.js'
import type { Order } from './request.js'
import { useCalm } from './use-calm.js'
import { useSending } from './use-sending.js'

/** Milliseconds after the last key, when the lines and what is wrong are made anew. */
const calmMs = 150

/** What is wrong with the form. */
interface Found {
  readonly title: string
  readonly violations: readonly Violation[]
  /** The content that they are of. */
  readonly of: Content | null
  /** How often they were looked for because somebody wanted to go on. */
  readonly tries: number
}

interface ScheduleFormOptions {
  readonly kind: Kind
  /** What it begins with; undefined: nothing. */
  readonly args: JsonValue | undefined
}

/** The state of a form that schedules, and what can be done with it. */
export function useScheduleForm ({ kind, args }: ScheduleFormOptions) {
  const { agent, heed } = useSession()
  const { field, rules } = useMemo(() => modelOf(kind), [kind])
  const [content, setContent] = useState<Content>(() => contentOf(field, args))
  const [requester, setRequester] = useState('')
  const [found, setFound] = useState<Found>({ title: '', violations: [], of: null, tries: 0 })
  const [asking, setAsking] = useState(false)
  const { sending, send, forget } = useSending()
  const calm = useCalm(content, calmMs)
  const check = (of: Content): readonly Violation[] => violationsOf(readContent(field, of), rules)

  const tell = (title: string, violations: readonly Violation[]): void => {
    setFound(({ tries }) => ({ title, violations, of: content, tries: tries + 1 }))
  }
  useEffect(() => {
    if (sending.step === 'refused') tell(`Not scheduled. ${sending.message}`, sending.violations)
  }, [sending])
  useEffect(() => {
    // What has been mended is not told any longer.
    if (found.violations.length > 0 && found.of !== calm) setFound({ ...found, violations: check(calm), of: calm })
  }, [calm])

  const change = (next: Content): void => {
    setContent(next)
    forget()
  }
  const deliver = async (): Promise<void> => {
    const { value } = readContent(field, content)
    const action = await send({ kind: kind.kind, args: value, requester: requester.trim() })
    if (action !== null) location.hash = actionHref(action.id)
  }
  const submit = (): void => {
    const violations = check(content)
    tell('Not sent: this has to be mended first', violations)
    if (violations.length > 0 || agent.peek()?.actions_disabled != null) return
    if (isGrave(kind.kind)) setAsking(true)
    else deliver().catch(heed)
  }
  const changeMode = (): void => {
    const next = switched(field, content)
    if ('mode' in next) setContent(next)
    tell('Not changed, for nothing is to be lost: mend this first', 'mode' in next ? [] : next)
  }
  return {
    field,
    content,
    requester,
    found,
    asking,
    sending,
    submit,
    change,
    changeMode,
    changeRequester: (text: string): void => {
      setRequester(text)
      forget()
    },
    fill: (value: JsonValue): void => { change(contentOf(field, value)) },
    decline: (): void => { setAsking(false) },
    // The question is closed before it is sent: what becomes of it is told in the form.
    confirm: async (): Promise<void> => { deliver().catch(heed) },
    order: useOrder({ kind: kind.kind, reading: useMemo(() => readContent(field, calm), [field, calm]), requester })
  }
}

function modelOf ({ args }: Kind) {
  return { field: fieldOf(args), rules: { check: createChecker(args), schema: args } }
}

interface OrderParts {
  readonly kind: string
  readonly reading: ReturnType<typeof readContent>
  readonly requester: string
}

/** What would be sent; null while that cannot be read. */
function useOrder ({ kind, reading, requester }: OrderParts): Order | null {
  return useMemo(() => (
    reading.issues.length > 0 ? null : { kind, args: reading.value, requester: requester.trim() }
  ), [kind, reading, requester])
}
