import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

/** `steward serve`: the agent itself. */
export function addServe ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('serve'))
    .summary('run the agent')
    .description('Runs the agent until SIGINT or SIGTERM. Logs are JSON lines on standard output.')
    .addHelpText('after', examples(
      'steward serve',
      'steward serve --bind 127.0.0.1:9000 --db /var/lib/steward/steward.db',
      'steward serve --config /etc/steward.yaml --set log.level=debug'
    ))
    .action(async (_options, command) => run(() => actions.serve(commonOptions(command), output)))
}
