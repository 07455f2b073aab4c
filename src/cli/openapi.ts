import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

/** `steward openapi`: the documents that a running agent serves, without one. */
export function addOpenApi ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('openapi'))
    .argument('[document]', 'the name of the document; without it, the one of Steward\'s own API')
    .summary('print an OpenAPI document')
    .description('Prints an OpenAPI 3.1 document as JSON: the same bytes that a running agent serves.')
    .option('--list', 'print the names of the documents instead')
    .addHelpText('after', examples('steward openapi > steward.json', 'steward openapi --list'))
    .action(async (document: string | undefined, { list = false }: { list?: boolean }, command) =>
      run(() => actions.openapi({ ...commonOptions(command), document: document ?? null, list }, output)))
}
