/** The value of the header Link (RFC 8288) that leads to the next page. */
export function nextLink (path: string, query: object): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value))
  return `<${path}?${parameters.toString()}>; rel="next"`
}
