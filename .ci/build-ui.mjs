/**
 * Bundles the dashboard, src/ui, into dist/ui: one script, one style sheet, the page itself, each compressed beside it,
 * and the licences of the packages that are in the bundle. Runs as a part of `npm run build`.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const from = join(root, 'src', 'ui')
const into = join(root, 'dist', 'ui')

/** What is copied as it is. */
const pages = ['index.html', 'icon.svg']

rmSync(into, { recursive: true, force: true })
mkdirSync(into, { recursive: true })
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { app: join(from, 'main.tsx') },
  outdir: into,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // Loaded only where certificates are given to the client, which a page cannot do.
  external: ['undici'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning'
})
for (const page of pages) copyFileSync(join(from, page), join(into, page))
writeFileSync(join(into, 'licenses.txt'), licenses(Object.keys(metafile.inputs)))
for (const name of readdirSync(into)) {
  const whole = readFileSync(join(into, name))
  writeFileSync(join(into, `${name}.gz`), gzipSync(whole, { level: constants.Z_BEST_COMPRESSION }))
}

/**
 * The licences of the packages that the bundle has parts of: they ask to be kept with every copy.
 *
 * @param {readonly string[]} inputs
 */
function licenses (inputs) {
  const folders = inputs.map(input => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(folder => folder !== undefined)
  return [...new Set(folders)].sort().map(folder => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find(entry => /^licen[cs]e/i.test(entry))
    // Some packages name their licence, and do not bring its text.
    if (file === undefined && license !== 'MIT') throw new Error(`${name} has no licence that could go with it`)
    const text = file === undefined
      ? `The MIT License\n\nCopyright (c) ${author}\n\n${readFileSync(join(root, '.ci', 'mit-license.txt'), 'utf8')}`
      : readFileSync(join(root, folder, file), 'utf8')
    return `${name} ${version}\n\n${text.trim()}\n`
  }).join(`\n${'-'.repeat(72)}\n\n`)
}
