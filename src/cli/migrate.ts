import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

/** `steward migrate`: what `serve` does to the database before anything else, alone. */
export function addMigrate ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('migrate'))
    .summary('bring the database to the form that this version uses')
    .description(
      'Applies the migrations that the database lacks; an existing database is copied first. ' +
      'serve does the same when it starts. The agent must not run.'
    )
    .addHelpText('after', examples('steward migrate --db /var/lib/steward/steward.db'))
    .action(async (_options, command) => run(() => actions.migrate(commonOptions(command), output)))
}
