'use strict'

/**
 * The import rules of the project, as CONTRIBUTING.md tells them. Type imports count.
 *
 * A room is a folder of `src`, except `protocols` and `datastores`, where each folder inside is one. A room may
 * import `domain`, the leaves (the files beside the rooms), itself and packages. `agent.ts`, the composition root,
 * `drivers.ts`, its list of datastores, `inspection.ts`, what it asks of them, and `main.ts`, the process around it,
 * import everything.
 */

/** The files beside the rooms that every room may use. */
const leaves = [
  'rfc3339', 'folders', 'ids', 'tally', 'timers', 'derived-id', 'http-status', 'lenient-validator', 'schema-node',
  'server-login', 'backup-target', 'route-access', 'audit-view', 'client-variables', 'nearest', 'glob',
  'elapsed', 'shell-quote'
].join('|')

/** What every room may import besides itself. */
const common = `^src/(domain/|(${leaves})\\.ts$)`

const sideBySide = ['protocols', 'datastores']

/** What drivers and supervisors say of their own part of the configuration. */
const settings = '^src/(datastores/[^/]+|supervisors)/settings\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no inside and no outside.',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere is broken, or depends on a package that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true }
    },
    {
      name: 'declared-packages',
      comment: 'Import only packages that package.json names.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }
    },
    {
      name: 'no-development-packages',
      comment: 'What runs in production may import only production packages. pino-pretty is loaded if it happens to be there; what the dashboard imports is bundled when it is built.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ui/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: ['node_modules/pino-pretty/', 'node_modules/@types/'] }
    },
    {
      name: 'domain-imports-nothing',
      comment: 'The centre knows nothing of what is around it: no other folder, no package, not even Node.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/domain/' }
    },
    {
      name: 'leaves-import-domain',
      comment: 'The leaves may use the domain, each other and packages.',
      severity: 'error',
      from: { path: `^src/(${leaves})\\.ts$` },
      to: { path: '^src/', pathNot: common }
    },
    {
      name: 'rooms-are-strangers',
      comment: 'A room imports domain, the leaves and itself. What it needs of another room, agent.ts hands to it as a port.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: `^src/(domain/|cli/remote/|ui/|progress/|(${sideBySide.join('|')})/[^/]+/)` },
      to: { path: '^src/', pathNot: [common, '^src/$1/', settings] }
    },
    {
      name: 'client-commands-use-the-client',
      comment: 'The commands in cli/remote talk to a running agent, through the client that is published.',
      severity: 'error',
      from: { path: '^src/cli/remote/' },
      to: { path: '^src/', pathNot: [common, '^src/cli/', '^src/client/', '^src/progress/'] }
    },
    {
      name: 'the-dashboard-uses-the-client',
      comment: 'The dashboard runs in a browser and talks to a running agent, through the client that is published.',
      severity: 'error',
      from: { path: '^src/ui/' },
      to: { path: '^src/', pathNot: [common, '^src/ui/', '^src/client/', '^src/progress/'] }
    },
    {
      name: 'nobody-imports-the-dashboard',
      comment: 'It is bundled for browsers, and served as files.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ui/' },
      to: { path: '^src/ui/' }
    },
    {
      name: 'no-node-in-the-browser',
      comment: 'What the dashboard is made of has nothing of Node to use.',
      severity: 'error',
      from: { path: '^src/(ui|progress|client)/' },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'progress-reads-reports',
      comment: 'What reads the reports of actions knows how the client tells of them, and nothing of who shows them.',
      severity: 'error',
      from: { path: '^src/progress/' },
      to: { path: '^src/', pathNot: [common, '^src/progress/', '^src/client/model\\.ts$'] }
    },
    {
      name: 'the-client-stands-alone',
      comment: 'It is published, and loads nothing of the agent.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/', pathNot: '^src/client/' }
    },
    {
      name: 'settings-are-read-by-config',
      comment: 'Settings stand beside the code that they are for, so that a new driver is one folder; config alone reads them.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: `^src/(config|supervisors|${sideBySide.join('|')})/` },
      to: { path: settings }
    },
    ...sideBySide.map(parent => ({
      name: `${parent}-are-strangers`,
      comment: `Each folder of src/${parent} is a room of its own.`,
      severity: 'error',
      from: { path: `^src/${parent}/([^/]+)/` },
      to: { path: '^src/', pathNot: [common, `^src/${parent}/$1/`] }
    })),
    {
      name: 'main-is-the-top',
      comment: 'Nothing in src imports main.ts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/main\\.ts$' }
    },
    {
      name: 'agent-is-below-main',
      comment: 'The composition root is put together by the process, and by tests.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|local-commands|agent|inspection|notify)\\.ts$' },
      to: { path: '^src/(agent|drivers|inspection)\\.ts$' }
    },
    {
      name: 'tests-stay-outside',
      comment: 'The product does not import its tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] }
  }
}
