import { commonOptions, withCommonOptions } from './common-options.js'
import { examples, type CommandSetup } from './program.js'

/** `steward backup FILE`: Steward's own database, not the datastore (that is the kind `sqlite.steward/backup`). */
export function addBackup ({ program, actions, output, run }: CommandSetup): void {
  withCommonOptions(program.command('backup'))
    .argument('<file>', 'the file to write; it must not exist')
    .summary('copy Steward\'s own database to a file')
    .description('Copies Steward\'s own database (queue and history) to a new file. The agent may run meanwhile.')
    .addHelpText('after', examples('steward backup /var/backups/steward-2026-11-21.db'))
    .action(async (file: string, _options, command) =>
      run(() => actions.backup(file, commonOptions(command), output)))
}
