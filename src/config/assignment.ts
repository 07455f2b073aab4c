import type { Path } from '../schema-node.js'

/** Where values come from; each wins over those before it. */
export type SourceName = 'default' | 'file' | 'environment' | 'flag'

/** A value that some source gives to a place in the configuration. The file is one assignment, to the root. */
export interface Assignment {
  readonly path: Path
  readonly value: unknown
  readonly source: SourceName
  /** Says where a place inside this value is written: `steward.yaml:3:5`, `STEWARD_BIND`, `--bind`. */
  readonly at: (path: Path) => string
}

/** What a source gave: its assignments, and a line for each thing in it that could not be understood. */
export interface Reading {
  readonly assignments: readonly Assignment[]
  readonly lines: readonly string[]
}
