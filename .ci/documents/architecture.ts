import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { table } from './markdown.js'

/** As much of an import rule as docs/architecture.md tells of. */
interface Rule {
  readonly name: string
  readonly comment: string
  readonly from: { readonly path?: string }
}

const src = fileURLToPath(new URL('../../src', import.meta.url))
const { forbidden } = createRequire(import.meta.url)('../dependency-cruiser.cjs') as { readonly forbidden: readonly Rule[] }

/** What each folder of src is for. One without a line, or a line without a folder, stops the making of documents. */
const rooms: Readonly<Record<string, string>> = {
  domain: 'the words (action, lifecycle, kind, problem ...) and the ports, which are interfaces; imports nothing',
  scheduler: 'the one service that every face calls: schedule, get, list, watch, cancel',
  executor: 'drains lanes, runs one action, judges at the start what a dead process left, prunes',
  kinds: 'the registry, and one file per built-in kind',
  store: 'SQLite: opening, migrations, the write turn, actions, history, events, pruning',
  process: 'runs commands safely: no shell, a process group, limits, outputs in files',
  datastores: 'one folder per driver',
  supervisors: 'who starts and stops the datastore\'s service: systemd, commands',
  info: 'what the agent says of itself and of its node',
  access: 'who may do what: one place for every protocol',
  http: 'our own REST face, the server that protocols mount on, TLS, event streams',
  protocols: 'one folder per foreign protocol',
  telemetry: 'logs, metrics, traces',
  config: 'the schema of the configuration, loading, printing, its documents',
  cli: 'the command line: one file per command; in `remote` those that talk to a running agent',
  client: 'the typed client that the package exports, and our own commands and the dashboard use',
  progress: 'reads what actions report: which step, how much is done',
  ui: 'the dashboard: runs in a browser, bundled into `dist/ui` by the build'
}

/** What each file directly in src is for, as the rooms above. */
const files: Readonly<Record<string, string>> = {
  agent: 'the composition root: puts the agent together',
  drivers: 'its list of datastores',
  inspection: 'what it asks of them',
  main: 'the process around it: commands, signals, exit codes',
  'local-commands': 'the commands that need the agent\'s own code: `serve`, `check`, `migrate`, `backup` and others',
  'token-commands': 'what `steward token` does',
  notify: 'tells systemd how the start and the stop go',
  'audit-view': 'an entry of the audit as the API and the command line tell it',
  'backup-target': 'where backups are written, and how they get their names',
  'client-variables': 'the environment variables that client commands read',
  elapsed: 'how long something took, in words',
  'derived-id': 'ids of repeated requests',
  folders: 'making folders',
  glob: 'patterns with `*`',
  'http-status': 'what a problem is in HTTP',
  ids: 'new ids',
  'lenient-validator': 'bodies of protocols',
  nearest: 'which name was probably meant',
  rfc3339: 'dates, at the edges',
  'route-access': 'what a route asks of its caller',
  'schema-node': 'how settings are described',
  'server-login': 'passwords and TLS of servers',
  'shell-quote': 'words of a shell',
  tally: 'counters and histograms',
  timers: 'waits of any length'
}

/** The parts of docs/architecture.md that follow from the folders and from the import rules. */
export function renderArchitecture (): Record<'rooms' | 'leaves' | 'top' | 'rules', string> {
  const entries = readdirSync(src, { withFileTypes: true })
  const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  const names = entries.filter(entry => entry.isFile()).map(({ name }) => name.replace(/\.ts$/, ''))
  compare({ what: 'folder', there: folders, told: Object.keys(rooms) })
  compare({ what: 'file', there: names, told: Object.keys(files) })
  const isLeaf = new RegExp(forbidden.find(({ name }) => name === 'leaves-import-domain')?.from.path ?? '^$')
  const listed = (keep: boolean): string => table(['file', 'what it is for'], Object.entries(files)
    .filter(([name]) => isLeaf.test(`src/${name}.ts`) === keep)
    .map(([name, text]) => [`[\`${name}.ts\`](../src/${name}.ts)`, text]))
  return {
    rooms: table(['folder', 'what it is for'], Object.entries(rooms).map(([name, text]) =>
      [`[\`${name}\`](../src/${name})`, text])),
    leaves: listed(true),
    top: listed(false),
    rules: table(['rule', 'why'], forbidden.map(({ name, comment }) => [`\`${name}\``, comment]))
  }
}

interface Comparison {
  readonly what: string
  readonly there: readonly string[]
  readonly told: readonly string[]
}

function compare ({ what, there, told }: Comparison): void {
  const untold = there.filter(name => !told.includes(name))
  const gone = told.filter(name => !there.includes(name))
  const lines = [
    ...untold.map(name => `.ci/documents/architecture.ts does not say what the ${what} src/${name} is for`),
    ...gone.map(name => `.ci/documents/architecture.ts tells of the ${what} src/${name}, which is not there`)
  ]
  if (lines.length > 0) throw new Error(lines.join('\n'))
}
