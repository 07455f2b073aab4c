import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { beginning, type JsonObject, type JsonValue } from '../domain/json.js'
import type { ActionKind } from '../domain/kind.js'
import { Problem } from '../domain/problem.js'
import type { KindDescription } from '../domain/ports/scheduler.js'
import { explain, violationLimit, violationsOf } from '../domain/violation.js'

/** The kinds that this agent can carry out. */
export interface Registry {
  get (name: string): ActionKind | undefined
  list (): readonly KindDescription[]
  /**
   * Says whether a kind takes these arguments.
   * @throws Problem `unknown-kind`, or `invalid-args` with JSON pointers into what holds the arguments as `args`
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
  const first = createAjv({ allErrors: false })
  const all = createAjv({ allErrors: true })
  const entries = new Map<string, Entry>()
  for (const kind of kinds) {
    if (!nameShape.test(kind.kind)) throw new Error(`"${kind.kind}" is no name for a kind: it has to look like "domain.example/name".`)
    if (entries.has(kind.kind)) throw new Error(`The kind "${kind.kind}" is registered twice.`)
    entries.set(kind.kind, { kind, validate: compile(first, kind) })
  }
  const listed = [...entries.values()].map(({ kind }) => describe(kind)).sort((a, b) => a.kind < b.kind ? -1 : 1)

  return {
    get: name => entries.get(name)?.kind,
    list: () => listed,
    argsFor,
    check: (name, args) => {
      const entry = entries.get(name)
      if (entry === undefined) throw new Problem('unknown-kind', { params: { kind: beginning(name, 200) } })
      const given = argsFor(entry.kind, args)
      if (entry.validate(given)) return
      const found = explain(given, entry.validate, () => {
        entry.thorough ??= all.compile(entry.kind.args)
        return entry.thorough
      })
      throw new Problem('invalid-args', {
        params: { kind: name }, errors: violationsOf(found.slice(0, violationLimit), '/args')
      })
    }
  }
}

interface Entry {
  readonly kind: ActionKind
  /** Stops at the first thing that is wrong. */
  readonly validate: ValidateFunction
  /** Finds everything that is wrong; compiled when it is first needed. */
  thorough?: ValidateFunction
}

/** Validates, and changes nothing: no defaults, no coercion, no removal. */
function createAjv (options: { readonly allErrors: boolean }): Ajv {
  const ajv = new Ajv({ ...options, verbose: true, strictSchema: true, strictTypes: false, discriminator: true })
  addFormats.default(ajv)
  return ajv
}

/** The arguments as the kind's code sees them: `{}` for none, where the kind takes an object. */
export function argsFor (kind: ActionKind, args: JsonValue): JsonValue {
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
