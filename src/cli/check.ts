import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

/** `steward check`: would `serve` start? */
export function addCheck ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('check'))
    .summary('check the configuration and the database')
    .description('Says whether the agent could start with this configuration and database. Changes nothing.')
    .option('--print', 'print the configuration with the origin of each value; secrets are masked')
    .addHelpText('after', examples(
      'steward check',
      'steward check --config /etc/steward.yaml --print'
    ))
    .action(async ({ print = false }: { print?: boolean }, command) =>
      run(() => actions.check({ ...commonOptions(command), print }, output)))
}
