import type { AuditFilter } from '../domain/audit.js'
import type { Instant } from '../domain/clock.js'
import type { Scope } from '../domain/ports/access.js'
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

/** What `steward audit` takes. */
export interface AuditOptions extends CommonOptions {
  readonly filter: AuditFilter
  /** How many actions at most. */
  readonly limit: number
  /** JSON lines instead of a table. */
  readonly json: boolean
}

/** What `steward token create` takes. */
export interface CreateTokenOptions extends CommonOptions {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: it never expires. */
  readonly expiresAt: Instant | null
}

/** What `steward token list` takes. */
export interface ListTokensOptions extends CommonOptions {
  /** JSON lines instead of a table. */
  readonly json: boolean
}

/** A token as lists show it. */
export interface ListedToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly state: 'valid' | 'expired' | 'revoked'
  readonly createdAt: Instant
  readonly expiresAt: Instant | null
  readonly revokedAt: Instant | null
}

/** Where a command writes. Each call is one line, or several with line ends between them. */
export interface Output {
  /** Results, to standard output. */
  out (line: string): void
  /** Troubles and remarks, to standard error. */
  err (line: string): void
  /** Absent: neither of them is a terminal. */
  readonly terminal?: Terminal
}

/** What is known of who reads. */
export interface Terminal {
  /** Standard output is a terminal. */
  readonly out: boolean
  /** Standard error is a terminal. */
  readonly err: boolean
  /** Whether colours are wanted where there is a terminal (https://no-color.org). */
  readonly colours: boolean
  /** How many characters a line of it has: never none. */
  columns (): number
  /** How many lines it has. */
  rows (): number
  /** Writes to standard error as it is, without a line end: for what is drawn again and again. */
  draw (text: string): void
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
  /** Prints who did what. */
  audit (options: AuditOptions, output: Output): Promise<ExitCode>
  /** Makes a token and prints it. */
  createToken (options: CreateTokenOptions, output: Output): Promise<ExitCode>
  /** Prints the tokens, without anything that could be used for one. */
  listTokens (options: ListTokensOptions, output: Output): Promise<ExitCode>
  /** Revokes the token with this name or id. */
  revokeToken (which: string, options: CommonOptions, output: Output): Promise<ExitCode>
  /** Prints an OpenAPI document. */
  openapi (options: OpenApiOptions, output: Output): Promise<ExitCode>
}
