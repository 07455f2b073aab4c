import { everyCommand, type ArgumentNode, type CommandNode, type Completion, type FlagNode } from './command-tree.js'
import { shellQuote } from '../shell-quote.js'

/** The script for zsh: a function for each command, with what `_arguments` of zsh's completion system takes. */
export function zshCompletion (program: CommandNode): string {
  return `#compdef steward
# Completion of steward for zsh: steward completion zsh > ~/.zfunc/_steward
# and in ~/.zshrc, before compinit: fpath+=(~/.zfunc)
# Without a file, after compinit: source <(steward completion zsh)
compdef _steward steward

_steward () {
  local steward_program=$words[1]
  ${functionName(program)}
}
${offer}
${everyCommand(program).map(functionFor).join('\n')}
# As a file of fpath this is the body of the function itself.
if [[ \${funcstack[1]} == _steward ]]; then _steward "$@"; fi
`
}

/** Words of the agent: with their descriptions, and without a space behind what ends with an equals sign. */
const offer = String.raw`
_steward_offer () { # kinds|ids|keys
  local line what=$1
  local -a whole begun
  for line in @{(f)"$(_call_program $what @{(q)steward_program} __complete $what @{(q)words} 2> /dev/null < /dev/null)"}; do
    local word=@{@{line%%$'\t'*}//:/\\:} about=@{line#*$'\t'}
    if [[ $word == *= ]]; then begun+=("$word:$about"); else whole+=("$word:$about"); fi
  done
  local found=1
  (( $#begun )) && _describe -t $what $what begun -S '' && found=0
  (( $#whole )) && _describe -t $what $what whole && found=0
  return found
}
`.replaceAll('@{', '${')

function functionName ({ path }: CommandNode): string {
  return ['_steward_command', ...path].join('_').replaceAll(/[^\w]/g, '_')
}

function functionFor (command: CommandNode): string {
  const { commands, flags, args } = command
  const specs = [...flags.map(flagSpec), ...commands.length > 0 ? ['\'1: :->command\'', '\'*:: :->rest\''] : args.map(argumentSpec)]
  const body = commands.length === 0 ? '' : `
  case $state in
    command)
      local -a commands=(
${commands.map(({ path, summary }) => `        ${shellQuote(`${path.at(-1) ?? ''}:${summary}`)}`).join('\n')}
      )
      _describe -t commands command commands ;;
    rest)
      case $words[1] in
${commands.map(below => `        ${below.path.at(-1) ?? ''}) ${functionName(below)} ;;`).join('\n')}
      esac ;;
  esac`
  return `${functionName(command)} () {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C -S ${specs.join(' \\\n    ')}${body}
}
`
}

/** Flags with values may be repeated; \`(-o --output)\` keeps the others from being offered twice. */
function flagSpec ({ names, description, value }: FlagNode): string {
  const about = `[${description.replaceAll(/[[\]\\:]/g, '\\$&')}]${value === null ? '' : `: :${inZsh(value)}`}`
  const before = value === null ? `(${names.join(' ')})` : '*'
  return names.map(name => shellQuote(`${before}${name}${about}`)).join(' \\\n    ')
}

function argumentSpec ({ name, value, variadic }: ArgumentNode, index: number): string {
  return shellQuote(`${variadic ? '*' : index + 1}:${name.replaceAll(':', '\\:')}:${inZsh(value)}`)
}

function inZsh (value: Completion): string {
  if (typeof value !== 'string') return `(${value.join(' ')})`
  if (value === 'files') return '_files'
  // Behind a space: else `_arguments` puts options of its own before the argument.
  return value === 'nothing' ? ' ' : ` _steward_offer ${value}`
}
