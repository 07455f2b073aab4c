import type { ExitCode } from '../exit-codes.js'

/** What a client command cannot do as it was asked to. The message says what to do instead. */
export class CommandTrouble extends Error {
  /** What the command ends with. */
  readonly code: ExitCode

  constructor (code: ExitCode, message: string) {
    super(message)
    this.name = 'CommandTrouble'
    this.code = code
  }
}
