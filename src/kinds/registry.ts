import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { JsonObject, JsonValue } from '../domain/json.js'
import type { ActionKind } from '../domain/kind.js'
import { Problem } from '../domain/problem.js'
import type { KindDescription } from '../domain/ports/scheduler.js'
import { violationsOf } from '../domain/violation.js'

/** The kinds that this agent can carry out. */
export interface Registry {
  get (name: string): ActionKind | undefined
  list (): readonly KindDescription[]
  /**
   * Says whether a kind takes these arguments.
   * @throws Problem `unknown-kind`, or `invalid-args` with JSON pointers into the arguments
   */
  check (name: string, args: JsonValue): void
  /** The arguments as the kind's code sees them: `{}` for none, where the kind takes an object. */
  argsFor (kind: ActionKind, args: JsonValue): JsonValue
}

/**
 * `<domain>/<name>`, both with dots, dashes and lower-case words; the name of an external action may be in capitals.
 */
const nameShape = /^[a-z0-9][a-z0-9.-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * Collects the kinds and compiles their schemas.
 * @throws Error when a name is taken twice or misshapen, or a schema does not compile: the start stops
 */
export function createRegistry (kinds: readonly ActionKind[]): Registry {
  // Validates, and changes nothing: no defaults, no coercion, no removal.
  const ajv = new Ajv({ allErrors: true, strictSchema: true, strictTypes: false, discriminator: true })
  addFormats.default(ajv)
  const entries = new Map<string, { kind: ActionKind, validate: ValidateFunction }>()
  for (const kind of kinds) {
    if (!nameShape.test(kind.kind)) throw new Error(`"${kind.kind}" is no name for a kind: it has to look like "domain.example/name".`)
    if (entries.has(kind.kind)) throw new Error(`The kind "${kind.kind}" is registered twice.`)
    entries.set(kind.kind, { kind, validate: compile(ajv, kind) })
  }
  const listed = [...entries.values()].map(({ kind }) => describe(kind)).sort((a, b) => a.kind < b.kind ? -1 : 1)

  return {
    get: name => entries.get(name)?.kind,
    list: () => listed,
    argsFor,
    check: (name, args) => {
      const entry = entries.get(name)
      if (entry === undefined) throw new Problem('unknown-kind', { params: { kind: name } })
      if (!entry.validate(argsFor(entry.kind, args))) {
        throw new Problem('invalid-args', { params: { kind: name }, errors: violationsOf(entry.validate.errors) })
      }
    }
  }
}

function argsFor (kind: ActionKind, args: JsonValue): JsonValue {
  return args === null && kind.args['type'] === 'object' ? {} : args
}

function compile (ajv: Ajv, kind: ActionKind): ValidateFunction {
  try {
    return ajv.compile(kind.args)
  } catch (error) {
    throw new Error(`The argument schema of the kind "${kind.kind}" is not valid: ${(error as Error).message}`, { cause: error })
  }
}

function describe ({ kind, summary, args, example, timeoutMs, onInterrupt }: ActionKind): KindDescription {
  return { kind, summary, args, example: example ?? ({} satisfies JsonObject), timeoutMs, onInterrupt }
}
