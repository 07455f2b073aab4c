import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema'
import type { JsonSchema, JsonValue } from '../../domain/json.js'
import { violationLimit, escapePointer } from '../../domain/violation.js'
import type { Violation } from '../../domain/problem.js'
import { findingsOf, type Finding } from './findings.js'
import { inWords, memberName } from './violation-words.js'

/** Says what is wrong with a value, with JSON pointers into it; nothing: it fits. */
export type Checker = (value: JsonValue) => readonly Violation[]

/** Characters of JSON in which everything that is wrong is looked for; beyond them, the first thing. */
const explainedLength = 16 * 1024

/** So many remarks of the validator are gone through; a value with more of them is told of its first one, too. */
const explainedRemarks = 2000

/**
 * A checker for the values of a schema. It interprets the schema, so that the page needs no `eval`. Of what it cannot
 * check it says nothing: the agent checks everything once more.
 */
export function createChecker (schema: JsonSchema): Checker {
  const checkerOf = (stopsAtFirst: boolean): Validator | null => {
    try {
      // A copy: the validator makes notes in the schema.
      return new Validator(structuredClone(schema) as Schema, '2020-12', stopsAtFirst)
    } catch {
      return null
    }
  }
  const [first, all] = [checkerOf(true), checkerOf(false)]
  return value => {
    const remarks = JSON.stringify(value).length > explainedLength ? null : outputOf(all, value)
    const isLittle = remarks !== null && remarks.length <= explainedRemarks
    return violationsOf(isLittle ? remarks : outputOf(first, value), { schema, value })
  }
}

function outputOf (validator: Validator | null, value: JsonValue): readonly OutputUnit[] {
  try {
    const { valid, errors } = validator?.validate(value) ?? { valid: true, errors: [] }
    return valid ? [] : errors
  } catch {
    // A reference that leads nowhere, or too much for the stack.
    return []
  }
}

interface Checked {
  readonly schema: JsonSchema
  readonly value: JsonValue
}

function violationsOf (output: readonly OutputUnit[], of: Checked): readonly Violation[] {
  if (output.length === 0) return []
  const told = new Map(findingsOf(output, of).map(finding => {
    const violation = { pointer: pointerOf(finding), detail: inWords(finding) }
    return [JSON.stringify(violation), violation] as const
  }))
  // Whatever it is that has not been told: nothing that breaks the schema counts as right.
  if (told.size === 0) return [{ pointer: '', detail: 'does not fit the schema of the arguments' }]
  return [...told.values()].slice(0, violationLimit)
}

/** A member that is missing, or not known, is told at its own place, not at that of the object around. */
function pointerOf (finding: Finding): string {
  const name = memberName(finding)
  return name === null ? finding.pointer : `${finding.pointer}/${escapePointer(name)}`
}
