import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'
import type { Docker } from './docker.js'
import { temporaryFolder } from './engine.js'

/** Why no image can be made here, in one line; false when it can be. */
export const noDebootstrap: string | false =
  spawnSync('debootstrap', ['--version']).status === 0 ? false : 'needs a Debian to put into an image: apt-get install debootstrap'

const certificates = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Puts stand-ins for the official images node:20-bookworm and node:20-bookworm-slim into the engine, under their names:
 * no registry need be reachable. They are Debian bookworm as debootstrap makes it, with the Node of this machine, its
 * npm, and the authorities that it trusts. They are not what the registry has; everything that the Dockerfile asks of
 * them is in its place.
 */
export async function importNodeImages (t: Test, docker: Docker): Promise<void> {
  const folder = temporaryFolder(t)
  const rootFolder = join(folder, 'root')
  await promisify(execFile)('debootstrap', ['--variant=minbase', 'bookworm', rootFolder, 'http://deb.debian.org/debian'])
  installNode(rootFolder)
  const archive = join(folder, 'root.tar')
  execFileSync('tar', ['-C', rootFolder, '--exclude=./var/cache/apt/archives/*.deb', '-cf', archive, '.'])
  await docker.run('import', '--change', `ENV NODE_EXTRA_CA_CERTS=${certificates}`, '--change', 'CMD ["node"]', archive,
    'node:20-bookworm-slim')
  await docker.feed([
    'FROM node:20-bookworm-slim',
    'RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 make g++',
    // The headers of Node, which node-gyp would fetch from nodejs.org.
    `RUN printf 'nodedir=/usr/local\\ncafile=${certificates}\\n' > /root/.npmrc`
  ].join('\n'), 'build', '--network=host', '--tag=node:20-bookworm', '-')
}

/** Where the official images have it: below /usr/local. */
function installNode (rootFolder: string): void {
  const local = join(rootFolder, 'usr', 'local')
  copyFileSync(process.execPath, join(local, 'bin', 'node'))
  const prefix = dirname(dirname(process.execPath))
  for (const place of [join('lib', 'node_modules', 'npm'), join('include', 'node')]) {
    cpSync(join(prefix, place), join(local, place), { recursive: true })
  }
  for (const name of ['npm', 'npx']) {
    execFileSync('ln', ['-s', `../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name)])
  }
  mkdirSync(join(rootFolder, dirname(certificates)), { recursive: true })
  copyFileSync(certificates, join(rootFolder, certificates))
  // Debian's own slim images leave these out as well.
  writeFileSync(join(rootFolder, 'etc/dpkg/dpkg.cfg.d/slim'), 'path-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\n')
}
