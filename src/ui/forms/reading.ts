import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.js'
import type { Violation } from '../../domain/problem.js'
import { escapePointer } from '../../domain/violation.js'
import { asError } from '../live/as-error.js'
import type { Draft, GroupDraft, VariantDraft } from './draft.js'
import type { Field, GroupField, VariantField } from './field.js'
import { exactJson } from './json-text.js'
import { readScalar } from './scalar.js'

/** What a form says. */
export interface Reading {
  /** Undefined: nothing is given. Where there are issues, it has something in the place of what cannot be read. */
  readonly value: JsonValue | undefined
  /** What cannot be read, with JSON pointers. */
  readonly issues: readonly Violation[]
}

/** Where the JSON of members stands that have no field of their own. No pointer of a member looks like it. */
export function restPointer (pointer: string): string {
  return `${pointer}/~rest`
}

/** What a draft says; `pointer`: where its value is. */
export function readDraft (field: Field, draft: Draft | null, pointer: string): Reading {
  if (draft === null) return given(undefined)
  switch (draft.as) {
    case 'text': {
      const { value, issue } = readScalar(draft.text, field.type === 'scalar' ? field.types : ['string'])
      return { value, issues: issue === null ? [] : [{ pointer, detail: issue }] }
    }
    case 'choice': return given(field.type === 'choice' ? field.values[draft.index] : undefined)
    case 'json': return readJson(draft.text, pointer)
    case 'group': return field.type === 'group' ? readGroup(field, draft, pointer) : given(undefined)
    case 'variant': return field.type === 'variant' ? readVariant(field, draft, pointer) : given(undefined)
    case 'list': {
      const rows = draft.rows.map((row, at) => readRow(field, row.draft, `${pointer}/${at}`))
      return { value: rows.map(({ value }) => value ?? null), issues: rows.flatMap(({ issues }) => issues) }
    }
  }
}

/** A value that is written as JSON; blank: none. */
export function readJson (text: string, pointer: string): Reading {
  if (text.trim() === '') return given(undefined)
  try {
    return given(exactJson(text))
  } catch (error) {
    return { value: text, issues: [{ pointer, detail: asError(error).message }] }
  }
}

function given (value: JsonValue | undefined): Reading {
  return { value, issues: [] }
}

/** A row is there, so that it has to hold something. */
function readRow (list: Field, draft: Draft | null, pointer: string): Reading {
  const field = list.type === 'list' ? list.item : list
  const reading = readDraft(field, draft, pointer)
  if (reading.value !== undefined) return reading
  return { value: null, issues: [{ pointer, detail: 'is empty: fill it in, or remove it' }] }
}

function readGroup ({ members }: GroupField, { members: drafts, rest }: GroupDraft, pointer: string): Reading {
  const value: JsonObject = {}
  const issues: Violation[] = []
  for (const { name, field } of members) {
    const draft = Object.hasOwn(drafts, name) ? drafts[name] ?? null : null
    const reading = readDraft(field, draft, `${pointer}/${escapePointer(name)}`)
    if (reading.value !== undefined) define(value, name, reading.value)
    issues.push(...reading.issues)
  }
  return withRest({ value, issues, rest, pointer })
}

interface Parts {
  readonly value: JsonObject
  readonly issues: readonly Violation[]
  readonly rest: string
  readonly pointer: string
}

function withRest ({ value, issues, rest, pointer }: Parts): Reading {
  const at = restPointer(pointer)
  const { value: others, issues: more } = readJson(rest, at)
  if (others === undefined || more.length > 0) return { value, issues: [...issues, ...more] }
  if (!isJsonObject(others)) return { value, issues: [...issues, { pointer: at, detail: 'must be a JSON object' }] }
  const twice = Object.keys(others).filter(name => Object.hasOwn(value, name))
    .map(name => ({ pointer: at, detail: `"${name}" has a field of its own` }))
  for (const [name, other] of Object.entries(others)) if (!Object.hasOwn(value, name)) define(value, name, other)
  return { value, issues: [...issues, ...twice] }
}

function readVariant ({ tag, options }: VariantField, { option, group }: VariantDraft, pointer: string): Reading {
  const form = options[option]
  if (form === undefined) return given({})
  const { value, issues } = readGroup(form.group, group, pointer)
  return { value: { [tag]: form.value, ...value as JsonObject }, issues }
}

/** As a member of its own, also where its name is `__proto__`. */
function define (object: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}
