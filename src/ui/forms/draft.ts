import { isJsonObject, isWellFormed, type JsonObject, type JsonValue } from '../../domain/json.js'
import { visibleLines } from '../parts/visible-text.js'
import { choiceText, type Field, type GroupField, type ScalarField, type VariantField } from './field.js'
import { jsonText } from './json-text.js'
import { readScalar } from './scalar.js'

/** What has been filled in for an object. Members that are not there are left out. */
export interface GroupDraft {
  readonly as: 'group'
  readonly members: Readonly<Record<string, Draft>>
  /** JSON of an object with members that have no field; blank: none. */
  readonly rest: string
}

/** A row of a list; the key stays with it when others go. */
export interface Row {
  readonly key: number
  readonly draft: Draft | null
}

/** What has been filled in for an object in one of several forms. */
export interface VariantDraft {
  readonly as: 'variant'
  /** The place of the form. */
  readonly option: number
  readonly group: GroupDraft
}

/**
 * What has been filled in for a value; null in its place: nothing, and it is left out. Every field may have JSON
 * instead of its own kind of draft: for values that it cannot show.
 */
export type Draft =
  | { readonly as: 'text', readonly text: string }
  | { readonly as: 'choice', readonly index: number }
  | GroupDraft
  | { readonly as: 'list', readonly rows: readonly Row[] }
  | VariantDraft
  | { readonly as: 'json', readonly text: string }

/** A list with more rows than this is written as JSON. */
export const mostRows = 100

/** An object in which nothing is filled in. */
export const emptyGroup: GroupDraft = { as: 'group', members: {}, rest: '' }

let rowsMade = 0

/** A new row of a list. */
export function newRow (draft: Draft | null): Row {
  return { key: ++rowsMade, draft }
}

/** The draft that reads as the value: without loss, whatever the value is. */
export function draftOf (field: Field, value: JsonValue): Draft {
  return fittingDraft(field, value) ?? { as: 'json', text: jsonText(value, { indent: true }) }
}

/** What a field begins with: nothing, but for what has to be given and is an object, a list, or has a default. */
export function startOf (field: Field, required: boolean): Draft | null {
  if (!required) return null
  if (field.type === 'group') return startOfGroup(field)
  if (field.fallback !== undefined) return draftOf(field, field.fallback)
  return field.type === 'list' ? { as: 'list', rows: [] } : null
}

/** What an object begins with. */
export function startOfGroup ({ members }: GroupField): GroupDraft {
  const started = members.flatMap(({ name, field, required }) => {
    const draft = startOf(field, required)
    return draft === null ? [] : [[name, draft] as const]
  })
  return { ...emptyGroup, members: Object.fromEntries(started) }
}

/** True for an object that holds nothing. */
export function isEmptyGroup (draft: Draft | null): boolean {
  return draft?.as === 'group' && Object.keys(draft.members).length === 0 && draft.rest === ''
}

/** Null: the field has no place for such a value. */
function fittingDraft (field: Field, value: JsonValue): Draft | null {
  switch (field.type) {
    case 'scalar': return textDraft(field, value)
    case 'choice': return choiceDraft(field.values, value)
    case 'group': return isJsonObject(value) ? groupDraft(field, value) : null
    case 'list': {
      if (!Array.isArray(value) || value.length > mostRows) return null
      return { as: 'list', rows: value.map(item => newRow(draftOf(field.item, item))) }
    }
    case 'variant': return isJsonObject(value) ? variantDraft(field, value) : null
    case 'json': return null
  }
}

function textDraft (field: ScalarField, value: JsonValue): Draft | null {
  if (typeof value === 'object' && value !== null) return null
  const text = choiceText(value)
  // Nobody would see it, and browsers change some of it.
  if (visibleLines(text) !== text || !isWellFormed(text)) return null
  return readScalar(text, field.types).value === value ? { as: 'text', text } : null
}

function choiceDraft (values: readonly JsonValue[], value: JsonValue): Draft | null {
  const wanted = JSON.stringify(value)
  const index = values.findIndex(choice => JSON.stringify(choice) === wanted)
  return index < 0 ? null : { as: 'choice', index }
}

function groupDraft ({ members, open }: GroupField, value: JsonObject): GroupDraft | null {
  const known = members.filter(({ name }) => Object.hasOwn(value, name))
  const others = Object.entries(value).filter(([name]) => !known.some(member => member.name === name))
  if (others.length > 0 && !open) return null
  return {
    as: 'group',
    members: Object.fromEntries(known.map(({ name, field }) => [name, draftOf(field, value[name] ?? null)])),
    rest: others.length === 0 ? '' : jsonText(Object.fromEntries(others), { indent: true })
  }
}

function variantDraft ({ tag, options }: VariantField, value: JsonObject): VariantDraft | null {
  const { [tag]: said, ...others } = value
  const option = said === undefined ? -1 : options.findIndex(each => each.value === said)
  const form = options[option]
  const group = form === undefined ? null : groupDraft(form.group, others)
  return group === null ? null : { as: 'variant', option, group }
}
