const key = 'steward.token'

/** The token of this tab; it is gone when the tab is closed. Null: none was given. */
export function rememberedToken (): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    // The browser keeps nothing for this page: then the token lives as long as the page.
    return null
  }
}

/** Keeps the token for this tab, or forgets it. */
export function rememberToken (token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, token)
  } catch {
    // As above.
  }
}
