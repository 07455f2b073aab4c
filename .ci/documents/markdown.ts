/** A table of Markdown. A cell may have no line breaks. */
export function table (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [head, head.map(() => '---'), ...rows.map(row => row.map(cell => cell.replace(/(?<!\\)\|/g, '\\|')))]
  return lines.map(cells => `| ${cells.join(' | ')} |\n`).join('')
}

/** A sentence of the code, where `<` would begin an element. */
export function prose (text: string): string {
  return text.split(/(`[^`]*`)/).map((part, at) => at % 2 === 0 ? part.replaceAll('<', '&lt;') : part).join('')
}

/** A fenced block of JSON. */
export function jsonBlock (value: unknown): string {
  const short = JSON.stringify(value)
  return `\`\`\`json\n${short.length <= 110 ? short : JSON.stringify(value, null, 2)}\n\`\`\`\n`
}
