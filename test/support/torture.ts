/** True in `npm run torture`: the same suites as in CI, but for hours rather than minutes. */
export const torture = process.env['STEWARD_TORTURE'] === '1'

/** How often something is done: `ci` bounds what every change waits for, `torture` does not. */
export function scale ({ ci, torture: long }: { readonly ci: number, readonly torture: number }): number {
  return torture ? long : ci
}

/** The limit of a test file or a test, in milliseconds: tap's own of five minutes, and hours in `npm run torture`. */
export const patience = torture ? 6 * 3_600_000 : 290_000
