/** Something that the page at `/` leads to. */
export interface Link {
  readonly path: string
  readonly text: string
}

/** What the page at `/` is made of. */
export interface LandingParts {
  /** Whether `/docs` is served. */
  readonly docs: boolean
  /** Whether `/ui/` is served. */
  readonly ui: boolean
  /** Where protocols are: named, and no links, since there is nothing to read there. */
  readonly protocols: readonly Link[]
}

function links ({ docs, ui }: LandingParts): Link[] {
  return [
    ...(ui ? [{ path: '/ui/', text: 'the dashboard: the queue, to see and to drive' }] : []),
    { path: '/api/v1/actions', text: 'the actions; POST schedules one' },
    { path: '/api/v1/kinds', text: 'what it can do' },
    { path: '/api/v1/info/datastore', text: 'what it stands beside' },
    { path: '/api/v1/events', text: 'every transition, as it happens' },
    { path: '/api', text: 'the versions of the API' },
    ...(docs
      ? [{ path: '/docs', text: 'the API to read and to try' }, { path: '/openapi.json', text: 'the API as OpenAPI 3.1' }]
      : []),
    { path: '/readyz', text: 'whether it works' },
    { path: '/metrics', text: 'figures for Prometheus' }
  ]
}

const intro = 'Steward stands beside one node and carries out the actions that its managers ask for, in order, each step on disk first.'

/** The short page at `/`, for terminals. */
export function landingText (parts: LandingParts): string {
  return `${intro}\n\n${[...links(parts), ...parts.protocols].map(({ path, text }) => `${path.padEnd(28)}${text}`).join('\n')}\n`
}

/** The short page at `/`, for browsers. */
export function landingPage (parts: LandingParts): string {
  const items = links(parts).map(({ path, text }) => `<li><a href="${path}">${path}</a>: ${text}</li>`)
  const named = parts.protocols.map(({ path, text }) => `<li><code>${path}</code>: ${text}</li>`)
  return page('Steward', `<p>${intro}</p>\n<ul>\n${[...items, ...named].join('\n')}\n</ul>`)
}

interface Explained {
  readonly title: string
  readonly status: number
  readonly description: string
}

/** The page that explains a problem, for browsers. */
export function problemPage (problem: Explained): string {
  return page(problem.title, `<p>${escapeHtml(problem.description)}</p>\n<p>HTTP status ${problem.status}.</p>`)
}

function page (title: string, body: string): string {
  return '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<title>${escapeHtml(title)}</title></head>\n<body>\n<h1>${escapeHtml(title)}</h1>\n${body}\n</body>\n</html>\n`
}

function escapeHtml (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
