import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { temporaryFolder } from './engine.js'
import { runProgram, startProgram } from './program.js'

/** Resolves when the dashboard says that it is connected. */
export async function connected (page: Page): Promise<void> {
  await page.locator('[data-connection=live]').waitFor()
}

/** Goes to a page of the dashboard by its navigation. */
export async function visit (page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  await page.waitForFunction(title => document.title.startsWith(title), name)
}

/** An agent that asks everybody for a token. */
export interface AskingAgent {
  readonly url: string
  /** Its working directory, with its `tokens.json`. */
  readonly folder: string
  /** Makes a token with the scopes. */
  readonly tokenOf: (name: string, scopes: readonly string[]) => Promise<string>
}

/** Starts an agent that asks everybody for a token, with one that is told to nobody. */
export async function askingAgent (t: Test): Promise<AskingAgent> {
  const folder = temporaryFolder(t)
  const env = { STEWARD_ACCESS_TOKENS_FILE: join(folder, 'tokens.json'), STEWARD_ACCESS_LOCAL_SCOPES: '[]' }
  const tokenOf = async (name: string, scopes: readonly string[]): Promise<string> => {
    const flags = scopes.flatMap(scope => ['--scope', scope])
    return (await runProgram(['token', 'create', '--name', name, ...flags], { folder, env })).stdout.trim()
  }
  await tokenOf('first', ['admin'])
  const { url } = await startProgram(t, { folder, env })
  return { url, folder, tokenOf }
}
