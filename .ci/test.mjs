/** `npm test`: prepares the checkout, then runs tap. Arguments go to `tap run`; its exit code is ours. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { prepare, root } from './prepare.mjs'

prepare({ tools: true })

const tap = join(root, 'node_modules', '.bin', 'tap')
const child = spawn(process.execPath, [tap, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => { process.exitCode = signal === null ? code : 1 })
