/**
 * Given to a program with `--import`, writes the URL of every module that it imports to the file that the variable
 * LOADED_MODULES names, each on a line. Packages that are required by others do not show; those that are imported do.
 */
import { appendFileSync } from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Hooks live in a thread of their own, which loads this file, too.
if (isMainThread) register(import.meta.url)

/** The hook of Node's module loader. */
export async function resolve (specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context)
  appendFileSync(process.env.LOADED_MODULES, `${resolved.url}\n`)
  return resolved
}
