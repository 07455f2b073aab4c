import { everyCommand, type CommandNode, type Completion, type FlagNode } from './command-tree.js'

/** The script for fish, 3.1 or later. */
export function fishCompletion (program: CommandNode): string {
  const commands = everyCommand(program)
  return `# Completion of steward for fish: steward completion fish > ~/.config/fish/completions/steward.fish

# The commands below the command $argv[1].
function __steward_commands
  switch $argv[1]
${commands.filter(({ commands: below }) => below.length > 0).map(({ path, commands: below }) =>
    `    case ${quote(path.join(' '))}\n      string split ' ' ${quote(below.map(each => each.path.at(-1) ?? '').join(' '))}`).join('\n')}
  end
end

# Whether the flag $argv[2] of the command $argv[1] takes a value.
function __steward_takes_value
  contains -- "$argv" ${commands.flatMap(valuedFlags).map(quote).join(' ')}
end
${engine}
complete -c steward -f
${commands.flatMap(linesOf).join('\n')}
`
}

const engine = String.raw`
# The command that was typed so far, and how many arguments of it.
function __steward_where
  set -l command ''
  set -l count 0
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
    else if string match -q -- '-*' $word
      if not string match -q -- '--*=*' $word; and __steward_takes_value $command $word
        set skip 1
      end
    else if test $count = 0; and contains -- $word (__steward_commands $command)
      set command (string trim -- "$command $word")
    else
      set count (math $count + 1)
    end
  end
  printf '%s\n' $command $count
end

function __steward_is
  test (__steward_where)[1] = "$argv[1]"
end

# Whether an argument of the command $argv[1] comes next: the one with the number $argv[2], or a later one with a +.
function __steward_argument
  set -l where (__steward_where)
  test "$where[1]" = "$argv[1]"; or return 1
  set -l number (string replace + '' -- $argv[2])
  test $where[2] = $number; or begin
    string match -q -- '*+' $argv[2]; and test $where[2] -gt $number
  end
end

# Words of the agent.
function __steward_offer
  set -l words (commandline -opc)
  command $words[1] __complete $argv[1] $words[2..-1] 2> /dev/null < /dev/null
end
`

function valuedFlags ({ path, flags }: CommandNode): string[] {
  return flags.filter(({ value }) => value !== null).flatMap(({ names }) => names.map(name => [...path, name].join(' ')))
}

function linesOf ({ path, flags, args, commands }: CommandNode): string[] {
  const name = path.join(' ')
  return [
    ...commands.map(below => lineOf(`__steward_argument ${quote(name)} 0`, `-a ${below.path.at(-1) ?? ''} -d ${quote(below.summary)}`)),
    ...flags.map(flag => lineOf(`__steward_is ${quote(name)}`, flagWords(flag))),
    ...args.map(({ value, variadic }, index) =>
      lineOf(`__steward_argument ${quote(name)} ${index}${variadic ? '+' : ''}`, value === 'files' ? '-F' : `-k ${valueWords(value)}`))
  ]
}

function lineOf (condition: string, words: string): string {
  return `complete -c steward -n ${quote(condition)} ${words}`.trimEnd()
}

function flagWords ({ names, description, value }: FlagNode): string {
  const flags = names.map(name => name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)
  const takes = value === null ? [] : value === 'files' ? ['-r -F'] : [`-x ${valueWords(value)}`]
  return [...flags, `-d ${quote(description)}`, ...takes].join(' ').trimEnd()
}

function valueWords (value: Completion): string {
  if (typeof value !== 'string') return `-a ${quote(value.join(' '))}`
  return value === 'nothing' || value === 'files' ? '' : `-a ${quote(`(__steward_offer ${value})`)}`
}

/** Between single quotation marks fish has two escapes. */
function quote (text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}
