import { findFrom, isWithin, nameOf, needsOf, reachableFrom } from './lockfile.mjs'

/** Licences that ask for no more than to be named. CC-BY-3.0 and CC0-1.0 are of lists, which the tools read. */
const licences = new Set([
  'MIT', 'ISC', 'BlueOak-1.0.0', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Python-2.0', 'CC0-1.0', 'CC-BY-3.0'
])

/** Besides, for tools that stay on this side: they ask that changes to their own files be published. */
const toolLicences = new Set([...licences, 'MPL-2.0'])

/** Packages that tell their licence in a file alone; each was read. */
const readLicences = new Map([['jsonc-simple-parser', 'MIT']])

/** Packages of the product that it holds in more than one version, and why that is borne. */
const bornDuplicates = new Map([['fast-uri', 'ajv asks for 3, fastify for 4']])

const registry = 'https://registry.npmjs.org/'

/**
 * A project to be checked: its package.json, its package-lock.json, its lines in docs/dependencies.md, the packages
 * whose install scripts may run, and what installed packages say of their licences.
 *
 * @typedef {{ manifest: any, lock: any, lines: Map<string, number>, mayInstall: readonly string[],
 *   licenceOf: (folder: string) => string | undefined }} Project
 */

/**
 * Everything that is wrong with the dependencies of a project, a sentence each.
 *
 * @param {Project} project
 * @returns {string[]}
 */
export function judge (project) {
  if (project.lock.lockfileVersion !== 3) return ['package-lock.json: lockfileVersion must be 3']
  return [
    ...judgeRoot(project), ...judgeTree(project), ...judgeOrigins(project), ...judgeScripts(project),
    ...judgeDuplicates(project), ...judgeLicences(project), ...judgeLines(project)
  ]
}

const packagesOf = ({ lock }) => lock.packages
const directOf = ({ manifest }) => ({ ...manifest.dependencies, ...manifest.devDependencies })

/** The lockfile was made of this package.json, and holds what that asks for. */
function judgeRoot (project) {
  const { manifest } = project
  const packages = packagesOf(project)
  const root = packages[''] ?? {}
  const differing = ['dependencies', 'devDependencies', 'optionalDependencies'].filter(key => !isSame(manifest[key], root[key]))
  const unfit = Object.entries(directOf(project)).flatMap(([name, range]) => {
    const version = packages[`node_modules/${name}`]?.version
    if (version === undefined) return [`${name}: is not in package-lock.json`]
    return isWithin(version, range) ? [] : [`${name}: package-lock.json has ${version}, package.json asks for ${range}`]
  })
  return [...differing.map(key => `package-lock.json: its ${key} are not those of package.json; run npm install`), ...unfit]
}

function isSame (one = {}, other = {}) {
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every(name => one[name] === other[name])
}

/** Every package finds what it needs, and every package is needed. */
function judgeTree (project) {
  const packages = packagesOf(project)
  const missing = Object.entries(packages).flatMap(([folder, entry]) => needsOf(entry)
    .filter(({ name, optional }) => !optional && findFrom(packages, folder, name) === undefined)
    .map(({ name }) => `${folder === '' ? 'the project' : folder}: needs ${name}, which package-lock.json does not have`))
  const reached = reachableFrom(packages, [''])
  const extra = foldersOf(project).filter(folder => !reached.has(folder)).map(folder => `${folder}: nothing needs it`)
  return [...missing, ...extra]
}

const foldersOf = project => Object.keys(packagesOf(project)).filter(folder => folder !== '')

/** Every package is what it was when it was locked, and comes from nowhere but the registry. */
function judgeOrigins (project) {
  return foldersOf(project).flatMap(folder => {
    const { integrity, resolved, link } = packagesOf(project)[folder]
    return [
      ...link === true ? [`${folder}: is a link`] : [],
      ...integrity?.startsWith('sha512-') === true ? [] : [`${folder}: has no sha512 integrity`],
      // Without an address the operator's registry is asked; the integrity says what it may give.
      ...resolved === undefined || resolved.startsWith(registry) ? [] : [`${folder}: does not come from the npm registry`]
    ]
  })
}

/** Only the known packages run code of theirs when they are installed, and each other one is forbidden to. */
function judgeScripts (project) {
  const { manifest: { allowScripts = {} }, mayInstall } = project
  const rules = new Map(Object.entries(allowScripts).map(([key, value]) => [key.replace(/(?<=.)@.*$/, ''), value]))
  const allowed = [...rules].filter(([name, value]) => value !== false && !mayInstall.includes(name))
  const packages = packagesOf(project)
  const withScript = new Set(foldersOf(project).filter(folder => packages[folder].hasInstallScript).map(nameOf))
  return [
    ...allowed.map(([name]) => `${name}: allowScripts lets it run an install script`),
    ...[...withScript].filter(name => !rules.has(name))
      .map(name => `${name}: has an install script; say "${name}": false in allowScripts of package.json`),
    ...[...rules.keys()].filter(name => !withScript.has(name))
      .map(name => `${name}: is in allowScripts and has no install script`)
  ]
}

/** What the product runs is there once: a mended version beside one that is not would be overlooked. */
function judgeDuplicates (project) {
  const versions = new Map()
  for (const folder of foldersOf(project)) {
    const { dev, version } = packagesOf(project)[folder]
    if (dev !== true) versions.set(nameOf(folder), (versions.get(nameOf(folder)) ?? new Set()).add(version))
  }
  if (project.manifest.private === true) return []
  return [...versions].filter(([name, of]) => of.size > 1 && !bornDuplicates.has(name))
    .map(([name, of]) => `${name}: the product holds it in ${of.size} versions, ${[...of].join(' and ')}`)
}

function judgeLicences (project) {
  return foldersOf(project).flatMap(folder => {
    const { dev, license } = packagesOf(project)[folder]
    const said = project.licenceOf(folder) ?? license ?? readLicences.get(nameOf(folder))
    if (typeof said === 'string' && isTaken(said, dev === true ? toolLicences : licences)) return []
    return [`${folder}: its licence, ${JSON.stringify(said)}, is not one that is taken here`]
  })
}

/** SPDX: one of several is enough. */
function isTaken (expression, taken) {
  return expression.replace(/^\(|\)$/g, '').split(' OR ').some(part => part.split(' AND ').every(name => taken.has(name)))
}

/** docs/dependencies.md has a line for each, which tells how many packages come with it. */
function judgeLines (project) {
  const packages = packagesOf(project)
  const direct = Object.keys(directOf(project))
  const wrong = direct.flatMap(name => {
    const count = reachableFrom(packages, [`node_modules/${name}`]).size - 1
    const told = project.lines.get(name)
    if (told === undefined) return [`${name}: has no line in docs/dependencies.md, saying why it is there`]
    return told === count ? [] : [`${name}: brings ${count} packages with it; docs/dependencies.md says ${told}`]
  })
  const idle = [...project.lines.keys()].filter(name => !direct.includes(name))
  return [...wrong, ...idle.map(name => `${name}: has a line in docs/dependencies.md and is no dependency`)]
}

/**
 * The packages and their numbers in the tables below these headings: lines like "| `name` | why | 3 |".
 *
 * @param {string} page
 * @param {readonly string[]} headings
 */
export function linesBelow (page, headings) {
  const sections = page.split(/^## /m).filter(section => headings.includes(section.slice(0, section.indexOf('\n')).trim()))
  const rows = sections.flatMap(section => [...section.matchAll(/^\| `([^`]+)` \|.*\S.*\| (\d+) \|$/gm)])
  return new Map(rows.map(([, name, count]) => [name, Number(count)]))
}
