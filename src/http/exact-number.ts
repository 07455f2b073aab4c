/** A decimal number: digits without zeros at either end, and the power of ten of the last of them. */
interface Decimal {
  readonly digits: string
  readonly exponent: number
}

/**
 * True when a JSON number comes back equal after it was a JavaScript number: 1.0, 0.1, 1e3 and -0 do,
 * 9007199254740993, 0.10000000000000000001, 1e400 and 1e-400 do not.
 */
export function isExactNumber (text: string): boolean {
  // Any 15 significant digits survive a double, as long as the exponent keeps away from its limits.
  if (text.length <= 15 && !/[eE][+-]?\d{3}/.test(text)) return true

  const value = Number(text)
  if (!Number.isFinite(value)) return false
  const source = decimalOf(text)
  const kept = decimalOf(String(value))
  return source.digits === kept.digits && (source.digits === '' || source.exponent === kept.exponent)
}

function decimalOf (text: string): Decimal {
  const unsigned = text.startsWith('-') ? text.slice(1) : text
  const [mantissa = '', power = '0'] = unsigned.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let first = 0
  while (all[first] === '0') first += 1
  let end = all.length
  while (end > first && all[end - 1] === '0') end -= 1
  return { digits: all.slice(first, end), exponent: Number(power) - fraction.length + (all.length - end) }
}
