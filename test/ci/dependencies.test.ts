import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../../.ci/generated-documents.js'

interface Entry {
  version: string
  [key: string]: unknown
}

interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
  private?: boolean
}

/** A project that is in order, to be broken. */
interface Project {
  readonly manifest: Manifest
  readonly packages: Record<string, Entry>
  /** docs/dependencies.md */
  page: string
  lockfileVersion: number
}

function entry (version: string, more: Record<string, unknown> = {}): Entry {
  return { version, integrity: 'sha512-aaaa', license: 'MIT', ...more }
}

function soundProject (): Project {
  const dependencies = { 'better-sqlite3': '^12.1.0', web: '~1.2.0' }
  const devDependencies = { tool: '0.3.1' }
  return {
    manifest: { dependencies, devDependencies, allowScripts: { 'better-sqlite3': true, builder: false } },
    packages: {
      '': { version: '1.0.0', dependencies, devDependencies },
      'node_modules/better-sqlite3': entry('12.11.1', { hasInstallScript: true }),
      'node_modules/web': entry('1.2.9', {
        dependencies: { shared: '^2.0.0' }, peerDependencies: { any: '*' }, peerDependenciesMeta: { any: { optional: true } }
      }),
      'node_modules/shared': entry('2.0.0', { resolved: 'https://registry.npmjs.org/shared/-/shared-2.0.0.tgz' }),
      'node_modules/tool': entry('0.3.1', {
        dev: true, dependencies: { shared: '^1.0.0', builder: '1' }, optionalDependencies: { elsewhere: '1' }
      }),
      'node_modules/tool/node_modules/shared': entry('1.0.0', { dev: true, license: '(WTFPL OR ISC)' }),
      'node_modules/builder': entry('1.0.0', { dev: true, hasInstallScript: true })
    },
    page: [
      '## The product', '| `better-sqlite3` | the queue | 0 |', '| `web` | the server | 1 |',
      '## Development', '| `tool` | the tool | 2 |', '## Benchmarks', ''
    ].join('\n'),
    lockfileVersion: 3
  }
}

interface Rules {
  judge (project: unknown): string[]
  linesBelow (page: string, headings: readonly string[]): Map<string, number>
}

// The rules are JavaScript, which lint steps run without a loader.
const { judge, linesBelow } = await import(new URL('../../.ci/dependency-rules.mjs', import.meta.url).href) as Rules

/** What is said of a project in which one thing was changed. */
function judged (change: (project: Project) => void = () => {}): string[] {
  const project = soundProject()
  change(project)
  const { manifest, packages, lockfileVersion, page } = project
  return judge({
    manifest,
    lock: { lockfileVersion, packages },
    lines: linesBelow(page, ['The product', 'Development']),
    mayInstall: ['better-sqlite3'],
    licenceOf: () => undefined
  })
}

t.test('a project that keeps the rules passes', async t => {
  t.strictSame(judged(), [])
  t.strictSame(judged(({ packages }) => {
    Object.assign(packages['node_modules/tool'] ?? {}, { license: 'MPL-2.0' })
  }), [], 'a tool may ask that changes to it be published')
})

interface Breach {
  readonly change: (project: Project) => void
  readonly says: ReadonlyArray<string | RegExp>
}

const breaches: Record<string, Breach> = {
  'a dependency without a line': {
    change: project => { project.page = project.page.replace('| `web` | the server | 1 |', '') },
    says: [/^web: has no line in docs\/dependencies\.md/]
  },
  'a line that does not say why': {
    change: project => { project.page = project.page.replace('the server', '') },
    says: [/^web: has no line/]
  },
  'a line under another heading': {
    change: project => { project.page = project.page.replace('## Development', '## Others') },
    says: [/^tool: has no line/]
  },
  'a line without a dependency': {
    change: project => { project.page = project.page.replace('`web`', '`other`') },
    says: [/^web: has no line/, /^other: has a line .* and is no dependency/]
  },
  'a wrong number of packages': {
    change: project => { project.page = project.page.replace('server | 1 |', 'server | 3 |') },
    says: [/^web: brings 1 packages with it; .* says 3/]
  },
  'a range that the lockfile was not made of': {
    change: ({ manifest }) => { manifest.dependencies = { ...manifest.dependencies, web: '~1.2.1' } },
    says: [/its dependencies are not those of package\.json/]
  },
  'a version outside of its range': {
    change: ({ packages }) => { packages['node_modules/web'] = { ...packages['node_modules/web'], version: '1.3.0' } },
    says: ['web: package-lock.json has 1.3.0, package.json asks for ~1.2.0']
  },
  'an older version than its range': {
    change: ({ packages }) => { packages['node_modules/better-sqlite3'] = entry('12.0.9', { hasInstallScript: true }) },
    says: [/^better-sqlite3: package-lock\.json has 12\.0\.9/]
  },
  'a package that is missing': {
    change: ({ packages }) => { delete packages['node_modules/shared'] },
    says: [/^node_modules\/web: needs shared/, /^web: brings 0 packages/]
  },
  'a package that nothing needs': {
    change: ({ packages }) => { packages['node_modules/web/node_modules/stray'] = entry('1.0.0') },
    says: ['node_modules/web/node_modules/stray: nothing needs it']
  },
  'a package without a hash': {
    change: ({ packages }) => { delete packages['node_modules/shared']?.['integrity'] },
    says: ['node_modules/shared: has no sha512 integrity']
  },
  'a package with a weak hash': {
    change: ({ packages }) => { Object.assign(packages['node_modules/shared'] ?? {}, { integrity: 'sha1-aaaa' }) },
    says: ['node_modules/shared: has no sha512 integrity']
  },
  'an install script that nobody has judged': {
    change: ({ packages }) => { Object.assign(packages['node_modules/shared'] ?? {}, { hasInstallScript: true }) },
    says: [/^shared: has an install script; say "shared": false/]
  },
  'an install script that is allowed and must not be': {
    change: ({ manifest }) => { manifest.allowScripts['builder'] = true },
    says: ['builder: allowScripts lets it run an install script']
  },
  'a rule for a script that is not there': {
    change: ({ manifest }) => { manifest.allowScripts['web'] = false },
    says: ['web: is in allowScripts and has no install script']
  },
  'two versions in the product': {
    change: ({ packages }) => { delete packages['node_modules/tool/node_modules/shared']?.['dev'] },
    says: ['shared: the product holds it in 2 versions, 2.0.0 and 1.0.0']
  },
  'a licence that asks for more': {
    change: ({ packages }) => { Object.assign(packages['node_modules/shared'] ?? {}, { license: '(MIT AND GPL-3.0)' }) },
    says: ['node_modules/shared: its licence, "(MIT AND GPL-3.0)", is not one that is taken here']
  },
  'a licence of tools in the product': {
    change: ({ packages }) => { Object.assign(packages['node_modules/shared'] ?? {}, { license: 'MPL-2.0' }) },
    says: ['node_modules/shared: its licence, "MPL-2.0", is not one that is taken here']
  },
  'no licence': {
    change: ({ packages }) => { delete packages['node_modules/shared']?.['license'] },
    says: [/^node_modules\/shared: its licence, undefined/]
  },
  'an old lockfile': {
    change: project => { project.lockfileVersion = 1 },
    says: ['package-lock.json: lockfileVersion must be 3']
  }
}

for (const [name, { change, says }] of Object.entries(breaches)) {
  t.test(`it is told: ${name}`, async t => {
    const lines = judged(change)

    t.match(lines, says)
    t.equal(lines.length, says.length)
  })
}

for (const resolved of ['http://registry.npmjs.org/x.tgz', 'https://mirror.example/x.tgz', 'git+ssh://git@example.com/x.git#abc', 'file:../x']) {
  t.test(`a package comes from the registry alone, not from ${resolved}`, async t => {
    t.strictSame(judged(({ packages }) => { Object.assign(packages['node_modules/shared'] ?? {}, { resolved }) }), [
      'node_modules/shared: does not come from the npm registry'
    ])
  })
}

t.test('this project keeps the rules, and what breaks them ends the check with 1', async t => {
  const check = (folder: string) =>
    spawnSync(process.execPath, [join(root, '.ci', 'check-dependencies.mjs'), folder], { encoding: 'utf8' })
  const { status, stderr } = check(root)
  const lock = { lockfileVersion: 1 }
  const broken = t.testdir({
    docs: { 'dependencies.md': '' },
    'package.json': '{}',
    'package-lock.json': JSON.stringify(lock),
    bench: { 'package.json': '{}', 'package-lock.json': JSON.stringify(lock) }
  })

  t.equal(stderr, '')
  t.equal(status, 0)
  t.match(check(broken), {
    status: 1, stderr: 'package-lock.json: lockfileVersion must be 3\nbench: package-lock.json: lockfileVersion must be 3\n'
  })
})
