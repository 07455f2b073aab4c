import { readFileSync } from 'node:fs'

/** A line of a file that is none: neither a header nor a comment. */
export class HeadersFileError extends Error {}

/**
 * The headers in a file: `name: value` on each line, of which empty ones and those that begin with # do not count.
 * @throws HeadersFileError with one sentence, which never has anything of what a line says
 */
export function readHeadersFile (path: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [index, line] of linesOf(path).entries()) {
    const text = line.trim()
    if (text === '' || text.startsWith('#')) continue
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\x20-\x7e\t]*)$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      throw new HeadersFileError(`Line ${index + 1} of ${path} is no header: write it as "name: value".`)
    }
    headers[name.toLowerCase()] = value
  }
  return headers
}

function linesOf (path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    throw new HeadersFileError(`The headers file ${path} cannot be read: ${String((error as NodeJS.ErrnoException).code)}.`, { cause: error })
  }
}
