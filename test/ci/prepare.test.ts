import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../../.ci/generated-documents.js'

const lock = (version: string): string => JSON.stringify({
  packages: {
    '': { name: 'x' },
    'node_modules/a': { version },
    'node_modules/tool': { version: '1.0.0', dev: true },
    'node_modules/elsewhere': { version: '1.0.0', optional: true }
  }
})

const installed = (version: string): string => JSON.stringify({
  packages: { 'node_modules/a': { version }, 'node_modules/tool': { version: '1.0.0', dev: true } }
})

/** A checkout with a compiler, a bundler and an npm that only write down that they were called. */
function checkout (t: Test) {
  const folder = t.testdir()
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const remove = (name: string): void => { rmSync(join(folder, name)) }
  const has = (name: string): boolean => existsSync(join(folder, name))

  write('package.json', '{"type":"module"}')
  write('tsconfig.json', '{}')
  write('src/a.ts', '1')
  write('package-lock.json', lock('1.0.0'))
  write('node_modules/.package-lock.json', installed('1.0.0'))
  const compiler = `
    const fs = require('node:fs')
    fs.mkdirSync('dist', { recursive: true })
    const names = fs.readdirSync('src').filter(name => name.endsWith('.ts'))
    for (const name of names) fs.writeFileSync('dist/' + name.replace(/ts$/, 'js'), '1')
    process.exit(fs.existsSync('broken') ? 2 : 0)`
  write('node_modules/typescript/package.json', '{}')
  write('node_modules/typescript/bin/tsc', compiler)
  write('bin/npm', `#!/bin/sh\nprintf '%s' '${installed('2.0.0')}' > node_modules/.package-lock.json\n`)
  chmodSync(join(folder, 'bin/npm'), 0o755)
  mkdirSync(join(folder, '.ci'))
  copyFileSync(join(root, '.ci', 'prepare.mjs'), join(folder, '.ci', 'prepare.mjs'))
  write('.ci/build-ui.mjs', `
    import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
    mkdirSync('dist/ui', { recursive: true })
    writeFileSync('dist/ui/app.js', '')
    process.exit(existsSync('unbundled') ? 2 : 0)`)
  write('.ci/go.mjs', 'import { prepare } from \'./prepare.mjs\'\nprepare(JSON.parse(process.argv[2]))\n')

  /** The steps that `prepare` took. */
  const prepare = (options = {}): { code: number | null, steps: string[] } => {
    const { status, stderr } = spawnSync(process.execPath, ['.ci/go.mjs', JSON.stringify(options)], {
      cwd: folder, encoding: 'utf8', env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` }
    })
    return { code: status, steps: [...stderr.matchAll(/^steward: (\w+)/gm)].map(([, word]) => word ?? '') }
  }
  return { folder, write, remove, has, prepare }
}

t.test('what is missing is made, and a second time nothing is done', async t => {
  const { prepare, has } = checkout(t)

  t.strictSame(prepare(), { code: 0, steps: ['compiling'] })
  t.ok(has('dist/a.js'))
  t.ok(has('dist/ui/app.js'), 'which has no source of its own')
  t.strictSame(prepare(), { code: 0, steps: [] })
})

t.test('a source that changed, came or went is compiled; what was made of one that went goes too', async t => {
  const { write, remove, has, prepare } = checkout(t)
  prepare()

  write('src/b.ts', '1')
  t.strictSame(prepare().steps, ['compiling'])
  write('src/b.ts', '2')
  t.strictSame(prepare().steps, ['compiling'])
  remove('src/b.ts')
  t.strictSame(prepare().steps, ['compiling'])
  for (const name of ['src/ui/page.tsx', 'src/ui/style.css', 'src/ui/index.html', '.ci/build-ui.mjs']) {
    write(name, '')
    t.strictSame(prepare().steps, ['compiling'], name)
  }

  t.notOk(has('dist/b.js'))
  t.ok(has('dist/a.js'))
})

t.test('what a package was made of says nothing of what is compiled afterwards', async t => {
  const { write, has, prepare } = checkout(t)
  prepare()
  write('dist/build.json', '{"checkout":"0123","taint":"not tainted"}')

  prepare({ force: true })

  t.notOk(has('dist/build.json'))
})

t.test('packages are installed when the lockfile asks for others than there are', async t => {
  const { write, remove, prepare } = checkout(t)
  prepare()

  write('package-lock.json', lock('2.0.0'))
  t.strictSame(prepare().steps, ['installing'])
  t.strictSame(prepare().steps, [])
  remove('node_modules/.package-lock.json')
  t.strictSame(prepare().steps, ['installing'])
})

t.test('tools may be missing where nothing is to be compiled, as in production', async t => {
  const { write, prepare } = checkout(t)
  prepare()
  write('node_modules/.package-lock.json', JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }))

  t.strictSame(prepare().steps, [])
  t.strictSame(prepare({ tools: true }).steps, ['installing'])
})

t.test('an unpacked package, without lockfile and sources, is left alone', async t => {
  const { folder, remove, prepare } = checkout(t)
  remove('package-lock.json')
  rmSync(join(folder, 'src'), { recursive: true })

  t.strictSame(prepare(), { code: 0, steps: [] })
})

t.test('a compiler that fails ends the process, and the next time it runs again', async t => {
  const { write, remove, prepare } = checkout(t)
  write('broken', '')

  t.strictSame(prepare(), { code: 1, steps: ['compiling', 'tsc'] })
  remove('broken')
  t.strictSame(prepare(), { code: 0, steps: ['compiling'] })
  write('unbundled', '')
  t.strictSame(prepare({ force: true }), { code: 1, steps: ['compiling', 'bundling'] })
  remove('unbundled')
  t.strictSame(prepare(), { code: 0, steps: ['compiling'] })
})

t.test('the scripts of package.json exist', async t => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

  for (const [name, script] of Object.entries(scripts)) {
    for (const [file] of script.matchAll(/\.ci\/[\w.-]+/g)) t.ok(existsSync(join(root, file)), `${name}: ${file}`)
  }
})
