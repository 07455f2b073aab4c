import { everyCommand, type CommandNode, type Completion, type FlagNode } from './command-tree.js'
import { shellQuote } from '../shell-quote.js'

/**
 * The script for bash, 4.3 or later, with or without bash-completion. What differs from command to command is in the
 * functions at its beginning; the last one does the work.
 */
export function bashCompletion (program: CommandNode): string {
  const commands = everyCommand(program)
  return `# Completion of steward for bash. Now: source <(steward completion bash)
# For good: steward completion bash > ~/.local/share/bash-completion/completions/steward

# The commands below the command $1.
_steward_commands () {
  case $1 in
${casesOf(commands, ({ commands: below }) => below.map(({ path }) => path.at(-1) ?? '').join(' '))}
  esac
}

# The flags of the command $1.
_steward_flags () {
  case $1 in
${casesOf(commands, ({ flags }) => flags.flatMap(({ names }) => names).join(' '))}
  esac
}

# What the flag "$2" of the command $1 takes; nothing where it takes no value.
_steward_value () {
  case "$1 $2" in
${commands.flatMap(command => command.flags.flatMap(flag => valueCases(command, flag))).join('\n')}
  esac
}

# What the argument number $2 of the command $1 is.
_steward_argument () {
  case "$1 $2" in
${commands.flatMap(argumentCases).join('\n')}
  esac
}
${engine}`
}

function casesOf (commands: readonly CommandNode[], textOf: (command: CommandNode) => string): string {
  return commands.map(command => ({ name: nameOf(command), text: textOf(command) }))
    .filter(({ text }) => text !== '')
    .map(({ name, text }) => `    ${shellQuote(name)}) echo ${shellQuote(text)} ;;`).join('\n')
}

function nameOf ({ path }: CommandNode): string {
  return path.length === 0 ? '.' : path.join(' ')
}

function valueCases (command: CommandNode, { names, value }: FlagNode): string[] {
  if (value === null) return []
  const patterns = names.map(name => shellQuote(`${nameOf(command)} ${name}`)).join('|')
  return [`    ${patterns}) echo ${shellQuote(inBash(value))} ;;`]
}

function argumentCases (command: CommandNode): string[] {
  return command.args.map(({ value, variadic }, index) =>
    `    ${shellQuote(`${nameOf(command)} `)}${variadic ? '*' : index}) echo ${shellQuote(inBash(value))} ;;`)
}

function inBash (value: Completion): string {
  return typeof value === 'string' ? value : `words ${value.join(' ')}`
}

/**
 * `=` and `:` break words in bash: they are put together again, and what stands before them is not repeated. `@{` is
 * for `${`, which TypeScript would take for its own.
 */
const engine = String.raw`
_steward_offer () { # KIND CURRENT WORDS...
  local what=$1 current=$2 line words=()
  shift 2
  case $what in
    files)
      compopt -o filenames 2> /dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      return ;;
    kinds|ids|keys)
      while IFS= read -r line; do words+=("@{line%%$'\t'*}"); done < <("@{words_before[0]}" __complete "$what" "$@" 2> /dev/null < /dev/null) ;;
    words\ *) read -ra words <<< "@{what#words }" ;;
    *) return ;;
  esac
  local word
  for word in "@{words[@]}"; do
    # Words such as states are typed in any case.
    [[ $word == "$current"* || @{word,,} == "@{current,,}"* ]] || continue
    [[ $word == *= ]] && compopt -o nospace 2> /dev/null
    COMPREPLY+=("$word")
  done
}

_steward () {
  COMPREPLY=()
  local words_before=() index word glue=
  for ((index = 0; index <= COMP_CWORD; index++)); do
    word=@{COMP_WORDS[index]-}
    if [[ -n $word && ( $glue || $word == [=:]* ) && @{#words_before[@]} -gt 1 ]]; then
      words_before[-1]+=$word
    else
      words_before+=("$word")
    fi
    [[ $word == *[=:] && $COMP_WORDBREAKS == *[=:]* ]] && glue=yes || glue=
  done
  local current=@{words_before[-1]}
  unset 'words_before[-1]'

  local command=. count=0 pending= names
  for word in "@{words_before[@]:1}"; do
    if [[ $pending ]]; then pending=; continue; fi
    case $word in
      --*=*) ;;
      -*) pending=$(_steward_value "$command" "$word") ;;
      *)
        names=" $(_steward_commands "$command") "
        if [[ $count == 0 && $names == *" $word "* ]]; then
          [[ $command == . ]] && command=$word || command+=" $word"
        else
          ((count++))
        fi ;;
    esac
  done

  local prefix=
  if [[ $pending ]]; then
    _steward_offer "$pending" "$current" "@{words_before[@]:1}"
  elif [[ $current == --*=* ]]; then
    _steward_offer "$(_steward_value "$command" "@{current%%=*}")" "@{current#*=}" "@{words_before[@]:1}"
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("@{COMPREPLY[@]/#/@{current%%=*}=}")
    return
  elif [[ $current == -* ]]; then
    _steward_offer "words $(_steward_flags "$command")" "$current"
  elif names=$(_steward_commands "$command"); [[ $names && $count == 0 ]]; then
    _steward_offer "words $names" "$current"
  else
    _steward_offer "$(_steward_argument "$command" "$count")" "$current" "@{words_before[@]:1}"
  fi
  # What stands before the last break is there already.
  if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then
    prefix=@{current%"@{current##*=}"}
    for index in "@{!COMPREPLY[@]}"; do COMPREPLY[index]=@{COMPREPLY[index]#"$prefix"}; done
  fi
}
complete -F _steward steward
`.replaceAll('@{', '${')
