import type { JsonValue } from '../../domain/json.js'

/** Types of values that a line of text can say. */
export type ScalarType = 'null' | 'boolean' | 'integer' | 'number' | 'string'

/** What is told of every field. */
interface Described {
  /** What its value is for, and its bounds, in words; empty: nothing is known. */
  readonly hint: string
  /** What is taken where nothing is given; undefined: the schema does not say. */
  readonly fallback: JsonValue | undefined
}

/** A line of text, which may mean a number. */
export interface ScalarField extends Described {
  readonly type: 'scalar'
  readonly types: readonly ScalarType[]
  /** Whether a long text is expected. */
  readonly long: boolean
}

/** One of several values; for `true` and `false`, too. */
export interface ChoiceField extends Described {
  readonly type: 'choice'
  readonly values: readonly JsonValue[]
}

/** A member of an object. */
export interface Member {
  readonly name: string
  readonly required: boolean
  readonly field: Field
}

/** An object with known members. */
export interface GroupField extends Described {
  readonly type: 'group'
  readonly members: readonly Member[]
  /** Whether it may have other members than the known ones. */
  readonly open: boolean
}

/** A list of values of one form. */
export interface ListField extends Described {
  readonly type: 'list'
  readonly item: Field
}

/** One of the forms that an object may have. */
export interface Option {
  /** The value of the tag by which it is told from the others. */
  readonly value: JsonValue
  /** The members beside the tag. */
  readonly group: GroupField
}

/** An object in one of several forms, told apart by the value of one member, the tag. */
export interface VariantField extends Described {
  readonly type: 'variant'
  readonly tag: string
  readonly options: readonly Option[]
}

/** Any JSON: what no other field can show. */
export interface JsonField extends Described {
  readonly type: 'json'
}

/** How a form shows a value. */
export type Field = ScalarField | ChoiceField | GroupField | ListField | VariantField | JsonField

/** A value as a text that a list of choices shows. */
export function choiceText (value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
