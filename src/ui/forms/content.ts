import type { JsonSchema, JsonValue } from '../../domain/json.js'
import type { Violation } from '../../domain/problem.js'
import type { Checker } from './checker.js'
import { draftOf, isEmptyGroup, startOf, type Draft } from './draft.js'
import type { Field } from './field.js'
import { jsonText } from './json-text.js'
import { readDraft, readJson, type Reading } from './reading.js'

/** Where the arguments are in a request: pointers into them begin with it. */
export const argsPointer = '/args'

/** What has been filled in: field by field, or as JSON. */
export type Content =
  | { readonly mode: 'form', readonly draft: Draft | null }
  | { readonly mode: 'json', readonly text: string }

/** What a form begins with: the given arguments; without any, what has to be given and has a default. */
export function contentOf (field: Field, args?: JsonValue): Content {
  if (args !== undefined) return { mode: 'form', draft: draftOf(field, args) }
  const draft = startOf(field, true)
  return { mode: 'form', draft: isEmptyGroup(draft) ? null : draft }
}

/** What the content says. */
export function readContent (field: Field, content: Content): Reading {
  if (content.mode === 'json') return readJson(content.text, argsPointer)
  return readDraft(field, content.draft, argsPointer)
}

/** The same content in the other mode. What cannot be read would be lost: then why that is, and nothing else. */
export function switched (field: Field, content: Content): Content | readonly Violation[] {
  const { value, issues } = readContent(field, content)
  if (issues.length > 0) return issues
  if (content.mode === 'json') return { mode: 'form', draft: value === undefined ? null : draftOf(field, value) }
  return { mode: 'json', text: value === undefined ? '' : jsonText(value, { indent: true }) }
}

interface Rules {
  readonly check: Checker
  readonly schema: JsonSchema
}

/** What is wrong with the content: what cannot be read, and then what does not fit the schema. */
export function violationsOf ({ value, issues }: Reading, { check, schema }: Rules): readonly Violation[] {
  // The agent takes no arguments for an empty object, where the kind takes objects.
  const found = check(value ?? (schema['type'] === 'object' ? {} : null))
    .map(({ pointer, detail }) => ({ pointer: argsPointer + pointer, detail }))
  return [...issues, ...found.filter(({ pointer }) => !issues.some(issue => pointer === issue.pointer))]
}
