import type { OutputUnit } from '@cfworker/json-schema'
import { isJsonObject, type JsonObject, type JsonSchema, type JsonValue } from '../../domain/json.js'
import { memberOf, resolved, stepsOf, tagOf, valueAt } from './schema-node.js'

/** A keyword of a schema that a value breaks. */
export interface Finding {
  /** JSON pointer to the value. */
  readonly pointer: string
  readonly keyword: string
  /** The part of the schema that has the keyword. */
  readonly node: JsonObject
  /** Where that part is. */
  readonly place: string
  /** In the words of the validator. */
  readonly said: string
}

interface Checked {
  readonly schema: JsonSchema
  readonly value: JsonValue
}

/** Keywords that say only that something inside is wrong, which is told itself. */
const wrappers = new Set([
  'properties', 'patternProperties', 'items', 'prefixItems', 'additionalItems', 'allOf', '$ref', '$recursiveRef',
  'dependentSchemas', 'false'
])

/** Keywords that hold forms of which one has to be kept. */
const composite = new Set(['oneOf', 'anyOf'])

/** Keywords whose breach a rule in words may explain. */
const explained = new Set([...composite, 'not', 'if', 'pattern'])

/** What is worth telling of all that a validator has to say. */
export function findingsOf (output: readonly OutputUnit[], of: Checked): Finding[] {
  const all = output.map(unit => findingOf(unit, of.schema)).filter(isNews)
  const rules = all.filter(finding => ruleOf(finding) !== null)
  const told = all.filter(finding => !rules.some(rule => isInside(finding, rule, rule.place)))
  return told.filter(({ keyword }) => composite.has(keyword)).reduce((rest, forms) => ofOneForm(rest, forms, of), told)
}

/** False for what only says that something inside is wrong. */
function isNews (finding: Finding): boolean {
  const { keyword, node } = finding
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return node[keyword] === false
  return !wrappers.has(keyword) && (keyword !== 'if' || ruleOf(finding) !== null)
}

/** What a rule is for, as its description says; where it has a type, the description is of the value instead. */
export function ruleOf ({ keyword, node: { description, type } }: Finding): string | null {
  return explained.has(keyword) && type === undefined && typeof description === 'string' ? description : null
}

function findingOf ({ instanceLocation, keyword, keywordLocation, error }: OutputUnit, schema: JsonSchema): Finding {
  const place = decoded(keywordLocation.slice(0, Math.max(1, keywordLocation.lastIndexOf('/'))))
  return { pointer: decoded(instanceLocation), keyword, node: nodeAt(schema, place), place, said: error }
}

/** A location is a fragment, in which characters are encoded. */
function decoded (location: string): string {
  try {
    return decodeURIComponent(location.slice(1))
  } catch {
    return location.slice(1)
  }
}

/** The part of a schema that a location leads to, which goes through references. */
function nodeAt (schema: JsonSchema, place: string): JsonObject {
  let node: unknown = schema
  for (const step of stepsOf(place)) {
    node = step === '$ref' ? resolved(node, schema) : memberOf(node, step)
  }
  return isJsonObject(node) ? node : {}
}

/** Whether a finding is about the value of another or a part of it, and of the schema below a place. */
function isInside (finding: Finding, { pointer, place, keyword }: Finding, below: string): boolean {
  if (finding.place === place && finding.keyword === keyword) return false
  return isBelow(finding.pointer, pointer) && isBelow(finding.place, below)
}

function isBelow (pointer: string, other: string): boolean {
  return pointer === other || pointer.startsWith(`${other}/`)
}

/** Of the forms that a value may have, only what is wrong with the one that its tag names; else that it has none. */
function ofOneForm (told: Finding[], forms: Finding, { schema, value }: Checked): Finding[] {
  const tag = tagOf(forms.node, schema)
  const said = tag === null ? undefined : memberOf(valueAt(value, forms.pointer), tag.name)
  const chosen = said === undefined ? -1 : tag?.values.indexOf(said) ?? -1
  const place = `${forms.place}/${forms.keyword}`
  const rest = told.filter(finding => !isInside(finding, forms, place) || isBelow(finding.place, `${place}/${chosen}`))
  const others = rest.filter(finding => finding !== forms)
  const isExplained = others.some(({ pointer, place }) => pointer === forms.pointer && place === forms.place)
  return chosen >= 0 || isExplained ? others : rest
}
