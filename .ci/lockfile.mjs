/**
 * What package-lock.json says, without a network and without npm: lockfileVersion 3, as npm 7 and newer write it.
 *
 * @typedef {{ version?: string, integrity?: string, resolved?: string, license?: string, dev?: boolean, link?: boolean,
 *   hasInstallScript?: boolean, dependencies?: Record<string, string>,
 *   devDependencies?: Record<string, string>, optionalDependencies?: Record<string, string>,
 *   peerDependencies?: Record<string, string>, peerDependenciesMeta?: Record<string, { optional?: boolean }> }} Entry
 * @typedef {Record<string, Entry>} Packages entries by their folder; '' is the project itself
 */

/** The name of the package in a folder: `node_modules/a/node_modules/@b/c` is `@b/c`. */
export const nameOf = folder => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)

/**
 * The folder in which a package finds another, as Node looks for it: in its own node_modules, then in those above.
 *
 * @param {Packages} packages
 * @param {string} from
 * @param {string} name
 * @returns {string | undefined}
 */
export function findFrom (packages, from, name) {
  const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (packages[candidate] !== undefined) return candidate
  const above = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))
  return from === '' ? undefined : findFrom(packages, above, name)
}

/**
 * What an entry brings with it, each with whether it may be missing. Peers that it can do without it does not bring.
 *
 * @param {Entry} entry
 * @returns {Array<{ name: string, optional: boolean }>}
 */
export function needsOf (entry) {
  const { dependencies, devDependencies, optionalDependencies = {}, peerDependencies = {} } = entry
  const peers = Object.keys(peerDependencies).filter(name => entry.peerDependenciesMeta?.[name]?.optional !== true)
  const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  return [...new Set([...names, ...peers])].map(name => ({ name, optional: name in optionalDependencies }))
}

/**
 * The folders of everything that these folders lead to, with themselves.
 *
 * @param {Packages} packages
 * @param {Iterable<string>} starts
 * @returns {Set<string>}
 */
export function reachableFrom (packages, starts) {
  const reached = new Set(starts)
  for (const folder of reached) {
    for (const { name } of needsOf(packages[folder] ?? {})) {
      const found = findFrom(packages, folder, name)
      if (found !== undefined) reached.add(found)
    }
  }
  return reached
}

/**
 * True when a version is in a range of package.json: exact, `~`, `^`, or `>=`. Others are not used here.
 *
 * @param {string} version
 * @param {string} range
 */
export function isWithin (version, range) {
  const [, sign = '', least = ''] = /^(\^|~|>=)?(\d+\.\d+\.\d+\S*)$/.exec(range) ?? []
  if (least === '') return false
  if (sign === '') return version === least
  const [has, wants] = [version, least].map(text => text.split(/[.-]/, 3).map(Number))
  // Of 0.x the second number is the one that may break, and of 0.0.x the third.
  const firm = { '~': 2, '^': wants[0] > 0 ? 1 : wants[1] > 0 ? 2 : 3, '>=': 0 }[sign]
  const difference = has.findIndex((number, place) => number !== wants[place])
  return difference === -1 || (difference >= firm && has[difference] > wants[difference])
}
