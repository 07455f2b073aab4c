import type { ExitCode } from './exit-codes.js'

/** What every command takes. */
export interface CommonOptions {
  /** The YAML file that `--config` names. */
  readonly config?: string
  /** What flags set, by the dotted path of the key: `--bind` and `--db`, and every `--set`. */
  readonly set: Readonly<Record<string, string>>
}

/** What `steward check` takes. */
export interface CheckOptions extends CommonOptions {
  /** Print the configuration with the origin of each value. */
  readonly print: boolean
}

/** What `steward openapi` takes. */
export interface OpenApiOptions extends CommonOptions {
  /** The name of the document; null: the one of our own API. */
  readonly document: string | null
  /** Print the names of the documents instead. */
  readonly list: boolean
}

/** Where a command writes. Each call is one line, or several with line ends between them. */
export interface Output {
  /** Results, to standard output. */
  out (line: string): void
  /** Troubles and remarks, to standard error. */
  err (line: string): void
}

/** What the commands do. `main.ts` brings it: the command line knows flags and texts, and nothing of the agent. */
export interface CliActions {
  /** Runs the agent; resolves when it has stopped. */
  serve (options: CommonOptions, output: Output): Promise<ExitCode>
  /** Says whether the configuration and the database are fit to start with. Changes nothing. */
  check (options: CheckOptions, output: Output): Promise<ExitCode>
  /** Brings the database to the form that this program uses, after making a copy of it. */
  migrate (options: CommonOptions, output: Output): Promise<ExitCode>
  /** Copies Steward's own database to a new file, also while the agent runs. */
  backup (file: string, options: CommonOptions, output: Output): Promise<ExitCode>
  /** Prints an OpenAPI document. */
  openapi (options: OpenApiOptions, output: Output): Promise<ExitCode>
}
