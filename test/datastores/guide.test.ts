import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The files that docs/adding-a-datastore.md tells to write, by their paths. */
const files = readGuide(readFileSync(join(root, 'docs/adding-a-datastore.md'), 'utf8'))
const folder = layOut()
t.teardown(() => { rmSync(folder, { recursive: true }) })

// Its own test, with the contract suite and real servers, is a part of this file. First, while the file is not over.
await import(pathToFileURL(join(folder, 'test/datastores/memcached/driver.test.ts')).href)

t.test('the guide has a complete driver and its test', async t => {
  const own = 'src/datastores/memcached'
  t.same([...files.keys()], [
    ...['settings.ts', 'client.ts', 'driver.ts', 'kinds/flush.ts', 'kinds/stop.ts'].map(name => `${own}/${name}`),
    'test/datastores/memcached/driver.test.ts'
  ])
})

t.test('its code compiles, as strictly as ours', async t => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([...files.keys()].map(path => join(folder, path)), {
    ...options, rootDir: '/', noEmit: true, typeRoots: [join(root, 'node_modules/@types')]
  })

  const complaints = [...files.keys()].flatMap(path => {
    const source = program.getSourceFile(join(folder, path))
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })

  t.same(complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), [])
})

/** Every block of code below a paragraph that begins with the path of its file. */
function readGuide (text: string): Map<string, string> {
  const blocks = text.matchAll(/^`((?:src|test)\/[\w./-]+\.ts)`(?:(?!\n\n)[\s\S])*:\n\n```ts\n([\s\S]*?)^```$/gm)
  return new Map([...blocks].map(([, path = '', code = '']) => [path, code]))
}

/** Writes the files beside links to our own sources, so that their imports lead where they would. */
function layOut (): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-guide-'))
  for (const [path, code] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
  const ours = ['src', 'src/datastores', 'test'].flatMap(name => readdirSync(join(root, name)).map(each => `${name}/${each}`))
  for (const path of ['node_modules', 'package.json', ...ours.filter(path => !/^(src|test)\/datastores$/.test(path))]) {
    symlinkSync(join(root, path), join(folder, path))
  }
  return folder
}
