import type { JsonObject } from '../domain/json.js'
import type { CommandResult } from '../domain/ports/process.js'

/**
 * What a payload tells of a command's outputs. A type, since payloads are JSON objects.
 *
 * The JSON of each text takes at most 12 KiB: two pairs of them have to fit into one progress (64 KiB), also if they
 * are all control characters, which take six bytes each.
 */
export type Outputs = { stdout: string, stderr: string, truncated: boolean }

const longestJson = 12 * 1024

/** The ends of what a command wrote; `truncated` when something is missing. */
export function outputsOf ({ stdout, stderr, truncated }: Pick<CommandResult, 'stdout' | 'stderr' | 'truncated'>): Outputs {
  const [out, err] = [endThatFits(stdout), endThatFits(stderr)]
  const complete = out.length === stdout.length && err.length === stderr.length
  return { stdout: out, stderr: err, truncated: truncated.stdout || truncated.stderr || !complete }
}

/** What a payload tells of a command that has ended. */
export function reportOf (result: CommandResult): JsonObject {
  return { exit_code: result.exitCode, ...outputsOf(result) }
}

/** The longest end of a text, in whole characters, whose JSON is short enough. */
function endThatFits (text: string): string {
  if (jsonBytes(text) <= longestJson) return text
  // A character takes at least a byte, so no more than this much can fit.
  const characters = [...text.slice(-longestJson)]
  let start = characters.length
  for (let bytes = jsonBytes(''); start > 0; start--) {
    // The quotes are counted once, above.
    bytes += jsonBytes(characters[start - 1] ?? '') - 2
    if (bytes > longestJson) break
  }
  return characters.slice(start).join('')
}

function jsonBytes (text: string): number {
  return Buffer.byteLength(JSON.stringify(text))
}
