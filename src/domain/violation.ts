import type { Violation } from './problem.js'

/** The part of an ajv error that is used here. */
export interface SchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
  /** The schema that was failed; given by validators that are made with `verbose`. */
  readonly parentSchema?: Readonly<Record<string, unknown>>
}

/** Says in words, with JSON pointers, what a JSON Schema validator found. `base` is put before each pointer. */
export function violationsOf (errors: readonly SchemaError[] | null | undefined, base = ''): Violation[] {
  return (errors ?? []).map(error => ({ pointer: base + pointerOf(error), detail: detailOf(error) }))
}

/** Where the trouble is: for a missing or unknown field that is the field, not the object that holds it. */
function pointerOf ({ instancePath, keyword, params }: SchemaError): string {
  const field = keyword === 'required' ? params['missingProperty']
    : keyword === 'additionalProperties' ? params['additionalProperty']
      : keyword === 'unevaluatedProperties' ? params['unevaluatedProperty']
        : undefined
  return typeof field === 'string' ? `${instancePath}/${escapePointer(field)}` : instancePath
}

function detailOf ({ keyword, params, message, parentSchema }: SchemaError): string {
  switch (keyword) {
    case 'required': return 'is required'
    case 'additionalProperties':
    case 'unevaluatedProperties': return 'is not a known field'
    case 'enum': return `must be one of ${(params['allowedValues'] as unknown[]).map(value => JSON.stringify(value)).join(', ')}`
    case 'type': return `must be ${[params['type']].flat().join(' or ')}`
    case 'const': return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'pattern':
    case 'anyOf':
    case 'not': return describedRule(parentSchema?.['description']) ?? message ?? `fails ${keyword}`
    default: return message ?? `fails ${keyword}`
  }
}

/** What such a rule is for is told by its description, if by anything. */
function describedRule (description: unknown): string | null {
  return typeof description === 'string' ? `breaks the rule: ${description}` : null
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
