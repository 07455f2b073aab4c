import { choiceText } from './field.js'
import { ruleOf, type Finding } from './findings.js'
import { nodeOf } from './schema-node.js'
import type { JsonValue } from '../../domain/json.js'

const typeWords: Readonly<Record<string, string>> = {
  string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false', array: 'a list', object: 'an object', null: 'null'
}

const formatWords: Readonly<Record<string, string>> = {
  'date-time': 'a time such as 2026-11-21T07:00:00Z',
  date: 'a date such as 2026-11-21',
  uuid: 'a UUID',
  email: 'an e-mail address',
  uri: 'a URI, such as https://example.com/',
  hostname: 'the name of a host',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address'
}

type Words = (limit: JsonValue, finding: Finding) => string

/** What each keyword asks for, said of the field that it stands at. */
const words: Readonly<Record<string, Words>> = {
  required: () => 'is required',
  dependentRequired: () => 'is not complete: another field is needed, too',
  additionalProperties: () => 'is not a known field',
  unevaluatedProperties: () => 'is not a known field',
  type: limit => `must be ${[limit].flat().map(type => typeWords[String(type)] ?? String(type)).join(' or ')}`,
  enum: limit => `must be one of ${listed(limit)}`,
  const: limit => `must be ${choiceText(limit)}`,
  minimum: limit => `must be at least ${String(limit)}`,
  maximum: limit => `must be at most ${String(limit)}`,
  exclusiveMinimum: limit => `must be more than ${String(limit)}`,
  exclusiveMaximum: limit => `must be less than ${String(limit)}`,
  multipleOf: limit => `must be a multiple of ${String(limit)}`,
  minLength: limit => limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`,
  maxLength: limit => `must have at most ${String(limit)} characters`,
  pattern: limit => `must fit the pattern ${String(limit)}`,
  format: limit => `must be ${formatWords[String(limit)] ?? `of the format ${String(limit)}`}`,
  minItems: limit => `must have at least ${String(limit)} ${limit === 1 ? 'entry' : 'entries'}`,
  maxItems: limit => `must have at most ${String(limit)} entries`,
  uniqueItems: () => 'must not have the same entry twice',
  minProperties: limit => `needs at least ${String(limit)} of its fields`,
  maxProperties: limit => `takes at most ${String(limit)} of its fields`,
  oneOf: (_, { node }) => noForm(node),
  anyOf: (_, { node }) => noForm(node),
  not: () => 'is a value that is not taken'
}

/** What is wrong, as a sentence's part that follows the name of the field; a rule says so in its own words. */
export function inWords (finding: Finding): string {
  const { keyword, node, said } = finding
  return ruleOf(finding) ?? words[keyword]?.(nodeOf(node)[keyword] ?? null, finding) ?? said
}

/** The member that a finding is about, where it stands at the object around: it is missing, or not known. */
export function memberName ({ keyword, said }: Finding): string | null {
  if (!['required', 'additionalProperties', 'unevaluatedProperties'].includes(keyword)) return null
  return /[Pp]roperty "(.*)"/s.exec(said)?.[1] ?? null
}

function noForm ({ discriminator }: Finding['node']): string {
  const tag = nodeOf(discriminator)['propertyName']
  return typeof tag === 'string' ? `has no "${tag}" that is known` : 'has none of the forms that are taken'
}

function listed (values: JsonValue): string {
  return Array.isArray(values) ? values.map(choiceText).join(', ') : String(values)
}
