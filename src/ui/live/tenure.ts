import type { StewardClient } from '../../client/model.js'

/** The time in which one token is used. */
export interface Tenure {
  readonly signal: AbortSignal
  /** Ends every call that is under way, and begins the next. */
  end (): void
}

/** What is answered to one principal is neither shown to the next, nor blamed on it: calls end with the token. */
export function createTenure ({ api }: Pick<StewardClient, 'api'>): Tenure {
  let current = new AbortController()
  api.use({
    onRequest: ({ request }) => new Request(request, { signal: AbortSignal.any([request.signal, current.signal]) })
  })
  return {
    get signal () { return current.signal },
    end () {
      current.abort(new Error('another token is used from now on'))
      current = new AbortController()
    }
  }
}
