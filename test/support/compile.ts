import { join } from 'node:path'
import ts from 'typescript'
import { root } from './markdown.js'

/**
 * What the compiler, set as strictly as for our own sources, says of these files; nothing of what they import.
 * `steward-agent/client` is the client of this checkout.
 */
export function complaintsAbout (files: readonly string[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([...files], {
    ...options,
    rootDir: '/',
    noEmit: true,
    typeRoots: [join(root, 'node_modules/@types')],
    paths: { 'steward-agent/client': [join(root, 'src/client/client.ts')] }
  })
  const complaints = files.flatMap(file => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })
  return complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}
