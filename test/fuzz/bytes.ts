import fc, { type Arbitrary } from 'fast-check'

/** Makes of a JSON text the bytes of something that is not quite one. */
type Spoil = (text: string) => Uint8Array

const asUtf8 = (change: (text: string) => string): Spoil => text => Buffer.from(change(text))

/** Number tokens that JavaScript alters, or may. */
const oddNumbers = ['1e400', '-1e400', '-0', '1E+2', '123456789012345678901', '0.1000000000000000055511151231257827', '1e-400', '01', '+1', '.5', '0x10', 'NaN']

const fixed: readonly Spoil[] = [
  asUtf8(() => ''),
  asUtf8(() => ' '),
  asUtf8(() => 'nul'),
  asUtf8(() => '"'),
  asUtf8(() => '[]'),
  asUtf8(() => '0'),
  asUtf8(text => `\uFEFF${text}`),
  asUtf8(text => `${text}${text}`),
  asUtf8(text => `${text},`),
  asUtf8(text => `// a comment\n${text}`),
  asUtf8(text => ` \r\n\t${text} \n`),
  asUtf8(text => text.replaceAll('"', "'")),
  asUtf8(text => text.replace('{', '{"kind":"x/y","kind":"x/y",')),
  asUtf8(text => text.replace('{', '{"__proto__":{"kind":"x/y"},')),
  asUtf8(text => text.replace('{', '{"\\ud800":1,')),
  asUtf8(text => text.replace('"', '"\u0001')),
  asUtf8(text => text.replace('{', `{${' '.repeat(70_000)}`)),
  asUtf8(text => `${'['.repeat(20_000)}${text}`),
  asUtf8(() => `${'['.repeat(200)}${']'.repeat(200)}`),
  text => Buffer.from(text, 'utf16le'),
  text => Buffer.from(text.replace('"', '"\u00e9'), 'latin1'),
  text => Buffer.concat([Buffer.from(text), Buffer.from([0])]),
  text => Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0xaf]), Buffer.from(`",${text.slice(1)}`)])
]

/** Ways to spoil a JSON text: cut off, in another encoding, with odd numbers, with keys that come twice. */
export const spoiledBytes: Arbitrary<Spoil> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...fixed) },
  { weight: 2, arbitrary: fc.nat({ max: 300 }).map(length => asUtf8(text => cutOff(text, length))) },
  { weight: 2, arbitrary: fc.constantFrom(...oddNumbers).map(number => asUtf8(text => withNumber(text, number))) },
  { weight: 1, arbitrary: fc.record({ place: fc.nat({ max: 1000 }), byte: fc.nat({ max: 255 }) }).map(withByte) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map(bytes => () => bytes) }
)

function cutOff (text: string, length: number): string {
  return text.slice(0, length % Math.max(1, text.length))
}

const scalar = /:(-?\d[\d.eE+-]*|true|false|null)/

function withNumber (text: string, number: string): string {
  return scalar.test(text) ? text.replace(scalar, `:${number}`) : text.replace('{', `{"n":${number},`)
}

function withByte ({ place, byte }: { readonly place: number, readonly byte: number }): Spoil {
  return text => {
    const bytes = Buffer.from(text)
    if (bytes.length > 0) bytes[place % bytes.length] = byte
    return bytes
  }
}
