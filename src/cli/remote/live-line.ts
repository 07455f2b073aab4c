import type { Terminal } from '../actions.js'

/** A line at the end of a terminal that is drawn again and again, and lines above it that stay. */
export interface LiveLine {
  /** Says what the line shows from now on: it is asked with the columns there are and the number of the drawing. */
  show (render: (columns: number, drawing: number) => string): void
  /** Writes a line that stays. */
  keep (line: string): void
  /** Erases the line and draws no more. Lines are still kept. */
  end (): void
}

/** Between two drawings, in milliseconds. */
const drawEveryMs = 100

/** To the first column, and what is in the line away (ECMA-48, 8.3.41). */
const erase = '\r\u001b[K'

/**
 * Makes a live line. It is drawn ten times a second, however often it changes. The cursor is never hidden, so that
 * nothing has to be put right after a process that was killed.
 */
export function createLiveLine (terminal: Pick<Terminal, 'columns' | 'draw'>): LiveLine {
  let render: ((columns: number, drawing: number) => string) | null = null
  let drawing = 0
  let timer: NodeJS.Timeout | null = null
  // Without the last column: a character there would wrap in some terminals. Some say that they have none.
  const text = (): string => render?.((terminal.columns() || 80) - 1, drawing) ?? ''
  const draw = (): void => {
    drawing++
    terminal.draw(`${erase}${text()}`)
  }

  return {
    show (next) {
      render = next
      timer ??= setInterval(draw, drawEveryMs)
    },
    keep (line) { terminal.draw(`${timer === null ? '' : erase}${line}\n${timer === null ? '' : text()}`) },
    end () {
      if (timer === null) return
      clearInterval(timer)
      timer = null
      terminal.draw(erase)
    }
  }
}
