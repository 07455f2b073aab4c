import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../../.ci/generated-documents.js'
import { createAgentClient } from '../support/agent-client.js'
import { temporaryFolder } from '../support/engine.js'
import { blocksOf } from '../support/markdown.js'
import { copyCheckout, npm, pack } from '../support/packing.js'
import { startProgram } from '../support/program.js'

// Compiling better-sqlite3 takes a minute, and more where others want the processors too.
t.setTimeout(1_200_000)

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
/** The program that docs/deployment.md shows. */
const example = blocksOf('docs/deployment.md').find(({ language }) => language === 'ts')?.text ?? ''
const copy = copyCheckout(t)
const packed = pack(copy.folder, join(copy.folder, '..', 'packed'))

t.test('the package holds what it takes to run, and nothing of how it is made', async t => {
  const { paths, size, unpackedSize } = packed
  t.comment(`${Math.round(size / 1024)} KiB packed, ${Math.round(unpackedSize / 1024)} KiB unpacked, ${paths.length} files`)

  for (const path of [
    'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', '.env.example', 'dist/main.js', 'dist/build.json',
    'dist/client/client.js', 'dist/client/client.d.ts', 'dist/ui/index.html', 'dist/ui/app.js', 'dist/ui/licenses.txt', 'migrations/0001-queue.sql', 'openapi/steward.v1.json',
    'deploy/systemd/steward.service', 'examples/README.md', 'examples/curl/nightly.sh'
  ]) t.ok(paths.includes(path), path)
  const strange = paths.filter(path => !/^(dist|deploy|docs|examples|migrations|openapi)\/|^[^/]+$|^\.ci\/(start|prepare)\.mjs$/.test(path))
  t.strictSame(strange, [])
  t.strictSame(paths.filter(path => /^(src|test|bench|node_modules|data)\/|\.stamp$|package-lock|tsconfig/.test(path)), [])
  t.ok(size < 2 * 1024 * 1024, 'it stays small')
})

t.test('what it was built from is in the package alone', async t => {
  const unpacked = temporaryFolder(t)
  execFileSync('tar', ['-xzf', packed.file, '-C', unpacked])

  t.strictSame(JSON.parse(readFileSync(join(unpacked, 'package', 'dist', 'build.json'), 'utf8')), {
    checkout: copy.commit, taint: 'not tainted'
  })
  t.notOk(existsSync(join(copy.folder, 'dist', 'build.json')), 'a checkout would believe it after the next commit')
})

t.test('a package of files that were changed says so', async t => {
  const { folder, commit } = copyCheckout(t)
  writeFileSync(join(folder, 'README.md'), 'changed')
  // Compiling it once is enough.
  rmSync(join(folder, 'node_modules'))
  mkdirSync(join(folder, 'node_modules', 'typescript', 'bin'), { recursive: true })
  writeFileSync(join(folder, 'node_modules', 'typescript', 'bin', 'tsc'), 'require("fs").mkdirSync("dist", { recursive: true })')
  mkdirSync(join(folder, 'node_modules', 'esbuild'))
  writeFileSync(join(folder, 'node_modules', 'esbuild', 'index.js'), 'exports.build = async () => ({ metafile: { inputs: {} } })')
  const recorded = (env: NodeJS.ProcessEnv): unknown => {
    execFileSync(process.execPath, ['.ci/pack.mjs'], { cwd: folder, env: { ...process.env, ...env }, stdio: 'pipe' })
    return JSON.parse(readFileSync(join(folder, 'dist', 'build.json'), 'utf8'))
  }

  t.strictSame(recorded({}), { checkout: commit, taint: 'tainted' })
  // What the command says by which the image is built.
  const said = execFileSync('git', ['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty'], { cwd: folder, encoding: 'utf8' })
  t.strictSame(recorded({ BUILD_COMMIT: said.trim() }), { checkout: commit, taint: 'tainted' })
  t.strictSame(recorded({ BUILD_COMMIT: commit }), { checkout: commit, taint: 'not tainted' })
})

t.test('in an empty folder', async t => {
  const folder = temporaryFolder(t)
  const began = performance.now()
  npm(folder, 'install', '--no-audit', '--no-fund', packed.file)
  t.comment(`npm install: ${Math.round((performance.now() - began) / 1000)} s, ` +
    `node_modules ${execFileSync('du', ['-sm', 'node_modules'], { cwd: folder, encoding: 'utf8' }).split('\t')[0]} MiB`)
  const program = join(folder, 'node_modules', 'steward-agent', 'dist', 'main.js')
  const started = performance.now()
  const { url } = await startProgram(t, { folder, program })
  t.comment(`from its start until it listens: ${Math.round(performance.now() - started)} ms`)

  await t.test('npx finds the program', async t => {
    t.equal(npm(folder, 'exec', '--no', '--', 'steward', '--version').trim(), version)
  })

  await t.test('the agent knows what it is, and works', async t => {
    const info = await (await fetch(`${url}/api/v1/info/agent`)).json() as object
    t.match(JSON.stringify(info), copy.commit)
    t.match(JSON.stringify(info), 'not tainted')
    const client = createAgentClient(url)

    const { id } = await client.schedule('sqlite.steward/backup')

    t.match(await client.finished(id), { state: 'DONE' })
    t.equal((await fetch(`${url}/docs/`)).status, 200)
    t.equal((await fetch(`${url}/ui/`)).status, 200)
  })

  await t.test('npm start runs it too', async t => {
    const { status, stdout } = spawnSync(process.execPath, ['.ci/start.mjs', '--version'],
      { cwd: join(folder, 'node_modules', 'steward-agent'), encoding: 'utf8' })

    t.equal(status, 0)
    t.equal(stdout.trim(), version)
  })

  await t.test('a program in JavaScript uses its client', async t => {
    writeFileSync(join(folder, 'use.mjs'), `${example.replace('http://127.0.0.1:8000', url)}\nconsole.log(state)\n`)

    t.equal(execFileSync(process.execPath, ['use.mjs'], { cwd: folder, encoding: 'utf8' }).trim(), 'DONE')
  })

  await t.test('and one in TypeScript has its types', async t => {
    const options = {
      module: 'NodeNext', target: 'ES2023', lib: ['ES2023', 'DOM', 'DOM.Iterable'], strict: true, noEmit: true, types: []
    }
    const compile = (text: string): string => {
      writeFileSync(join(folder, 'use.mts'), text)
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.mts'] }))
      return spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder],
        { encoding: 'utf8' }).stdout
    }
    const states = '\'NEW\' | \'RUNNING\' | \'DONE\' | \'FAILED\''

    t.equal(compile(`${example}\nexport const told: ${states} = state\n`), '')
    t.match(compile(`${example}\nexport const told: 'DONE' = state\n`), /error TS2322/, 'they are more than any')
  })

  await t.test('nothing else of it can be imported', async t => {
    const { stderr } = spawnSync(process.execPath, ['-e', 'import("steward-agent/dist/main.js")'], { cwd: folder, encoding: 'utf8' })

    t.match(stderr, 'ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  await t.test('it is found through a link, as a global installation makes it', async t => {
    symlinkSync(program, join(folder, 'steward'))

    t.equal(execFileSync(join(folder, 'steward'), ['--version'], { encoding: 'utf8' }).trim(), version)
  })
})
