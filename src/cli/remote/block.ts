import type { Terminal } from '../actions.js'

/** Some lines that are drawn again in the same place. */
export interface Block {
  /** Replaces the lines. None may be wider than the terminal, nor may there be more than it has. */
  draw (lines: readonly string[]): void
}

/** Moves the cursor up, clears to the end of the line, and of the screen (ECMA-48, 8.3.22, 8.3.41, 8.3.39). */
const up = (lines: number): string => lines === 0 ? '' : `\u001b[${lines}A`
const clearLine = '\u001b[K'
const clearBelow = '\u001b[J'

/**
 * Lines below the cursor of a terminal. Each drawing is one write, which leaves the cursor on the line below: whatever
 * ends the program, the terminal is as a shell expects it.
 */
export function createBlock (terminal: Terminal): Block {
  let height = 0
  return {
    draw (lines) {
      terminal.draw(`\r${up(height)}${lines.map(line => `${line}${clearLine}\n`).join('')}${clearBelow}`)
      height = lines.length
    }
  }
}
