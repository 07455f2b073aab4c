import type { SourceName } from './assignment.js'
import type { Config } from './config.js'
import { readConfigFile } from './read-file.js'
import { readEnvironment, readFlags } from './read-text.js'
import { configSchema } from './schema.js'
import { buildTree, leavesOf, valuesOf } from './tree.js'
import { validate } from './validate.js'

/** A configuration that cannot be used. Every line names one thing that is wrong, where it is, and what is allowed. */
export class ConfigError extends Error {
  readonly lines: readonly string[]

  constructor (lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'ConfigError'
    this.lines = lines
  }
}

/** Where a value of the configuration comes from. */
export interface Origin {
  readonly source: SourceName
  /** The place in the file, the variable or the flag; null for a default. */
  readonly at: string | null
}

/** A valid configuration, with the origin of each value by its dotted path. */
export interface LoadedConfig {
  readonly config: Config
  readonly origins: ReadonlyMap<string, Origin>
}

interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The YAML file; absent: the one that STEWARD_CONFIG names, if any. */
  readonly file?: string | undefined
  /** Values by the dotted path of their key, for example `actions.queue_limit`. */
  readonly flags?: Readonly<Record<string, string>>
}

/**
 * The configuration: flags over environment over file over defaults. Throws a `ConfigError` that tells everything that
 * is wrong at once. Paths stay as they are written; relative ones are meant from the working directory.
 */
export function loadConfig ({ env, file, flags = {} }: Sources): LoadedConfig {
  const fileName = file ?? (env['STEWARD_CONFIG'] || undefined)
  const readings = [
    ...(fileName === undefined ? [] : [readConfigFile(fileName)]),
    readEnvironment(env),
    readFlags(flags)
  ]
  const tree = buildTree(configSchema, readings.flatMap(reading => reading.assignments))
  const lines = [...readings.flatMap(reading => reading.lines), ...validate(tree)]
  if (lines.length > 0) throw new ConfigError(lines)

  const origins = [...leavesOf(tree)].map(([path, leaf]): [string, Origin] =>
    [path.join('.'), { source: leaf.source, at: leaf.at?.(path) ?? null }])
  return { config: valuesOf(tree) as Config, origins: new Map(origins) }
}
