import openapiTS, { astToString } from 'openapi-typescript'

/** The types of the client, `src/client/api.ts`, made from our own OpenAPI document. */
export async function renderClientTypes (document: string): Promise<string> {
  const types = await openapiTS(document, { alphabetize: false })
  return `// Made from openapi/steward.v1.json by openapi-typescript: npm run generate.\n\n${astToString(types)}`
}
