import type { Violation } from './problem.js'

/** The part of an ajv error that is used here. */
export interface SchemaError {
  readonly instancePath: string
  /** Where in the schema: `#/allOf/0/oneOf`. */
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
  /** The schema that was failed; given by validators that are made with `verbose`. */
  readonly parentSchema?: Readonly<Record<string, unknown>>
}

/** Says in words, with JSON pointers, what a JSON Schema validator found. `base` is put before each pointer. */
export function violationsOf (errors: readonly SchemaError[] | null | undefined, base = ''): Violation[] {
  const all = errors ?? []
  // Of a rule that is told in words, the branches that would have kept it say nothing more.
  const told = all.filter(error => composite.has(error.keyword) && ruleOf(error) !== null)
  return all.filter(error => !told.some(rule => isBelow(rule, error)))
    .map(error => ({ pointer: base + pointerOf(error), detail: detailOf(error) }))
}

/** Keywords that hold schemas of which some have to be kept. */
const composite = new Set(['anyOf', 'oneOf', 'not', 'if'])

function isBelow (rule: SchemaError, error: SchemaError): boolean {
  const place = rule.schemaPath.slice(0, rule.schemaPath.lastIndexOf('/'))
  return error !== rule && error.schemaPath.startsWith(`${place}/`)
}

/** Where the trouble is: for a missing or unknown field that is the field, not the object that holds it. */
function pointerOf ({ instancePath, keyword, params }: SchemaError): string {
  const field = keyword === 'required' ? params['missingProperty']
    : keyword === 'additionalProperties' ? params['additionalProperty']
      : keyword === 'unevaluatedProperties' ? params['unevaluatedProperty']
        : undefined
  return typeof field === 'string' ? `${instancePath}/${escapePointer(field)}` : instancePath
}

function detailOf (error: SchemaError): string {
  const { keyword, params, message } = error
  switch (keyword) {
    case 'required': return 'is required'
    case 'additionalProperties':
    case 'unevaluatedProperties': return 'is not a known field'
    case 'enum': return `must be one of ${(params['allowedValues'] as unknown[]).map(value => JSON.stringify(value)).join(', ')}`
    case 'type': return `must be ${[params['type']].flat().join(' or ')}`
    case 'const': return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'minProperties': return `must have at least ${params['limit']} of its fields`
    default: {
      const rule = ruleOf(error)
      return rule === null ? message ?? `fails ${keyword}` : `breaks the rule: ${rule}`
    }
  }
}

/**
 * What a rule is for is told by the description of its schema, if by anything: where that has a type, it describes the
 * value instead.
 */
function ruleOf ({ keyword, parentSchema = {} }: SchemaError): string | null {
  const { description, type } = parentSchema
  const isRule = keyword === 'pattern' || composite.has(keyword)
  return isRule && type === undefined && typeof description === 'string' ? description : null
}

/** One step of a JSON pointer (RFC 6901). */
export function escapePointer (step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The part of a compiled ajv validator that is used here. */
export interface SchemaValidator<E extends SchemaError> {
  (data: unknown): boolean
  errors?: readonly E[] | null
}

/** How many places in a request one answer names. */
export const violationLimit = 20

/** Characters of JSON in which every violation is looked for; in a hostile megabyte there could be half a million. */
const explainedLength = 16 * 1024

/**
 * What is wrong with a value that a validator has refused: everything where that is little work, else the first thing.
 * @param first the validator, which stops at the first violation and has just refused the value
 * @param all gives a validator of the same schema that finds every violation
 */
export function explain<E extends SchemaError> (
  value: unknown, first: Pick<SchemaValidator<E>, 'errors'>, all: () => SchemaValidator<E>
): readonly E[] {
  if (JSON.stringify(value ?? null).length > explainedLength) return first.errors ?? []
  const validate = all()
  validate(value)
  return validate.errors ?? []
}
