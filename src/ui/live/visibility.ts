interface Watch {
  /** Milliseconds for which the tab has to be hidden until that counts. */
  readonly afterMs: number
  readonly hidden: () => void
  /** Called each time the tab is seen again. */
  readonly shown: () => void
}

/** Tells when the tab has been hidden for a while, and when it is seen again. For as long as the page lives. */
export function whileHidden ({ afterMs, hidden, shown }: Watch): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(hidden, afterMs)
    else shown()
  })
}
