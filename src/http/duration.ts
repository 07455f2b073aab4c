const units = { ms: 1, s: 1000, m: 60_000 } as const

/** Milliseconds of a duration like `30`, `30s`, `500ms` or `1m`; a bare number counts seconds. Null for other texts. */
export function parseDuration (text: string): number | null {
  const parts = /^(\d{1,9})(ms|s|m)?$/.exec(text)
  if (parts === null) return null
  return Number(parts[1]) * units[(parts[2] ?? 's') as keyof typeof units]
}
