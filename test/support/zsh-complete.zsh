#!/usr/bin/env zsh
# What zsh offers: zsh -f zsh-complete.zsh SCRIPT LINE prints each word that fits at the end of the line. Completion works
# in an interactive shell alone: one is started behind a pseudo-terminal, and its compadd says what it is given.
zmodload zsh/zpty || exit 1
zpty z zsh -f -i
zpty -w z "PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -u -D; source ${(q)1}"
zpty -w z '
compadd () {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -O hits "$@"
  local hit
  for hit in $hits; do print -r -- "<<$hit>>"; done
  builtin compadd "$@"
}
finish () { print "<<END>>"; exit }
complete-and-finish () { zle complete-word; finish }
zle -C say complete-word _main_complete
say-all () { zle say; print "<<EN""D>>"; exit }
zle -N say-all
bindkey "^I" say-all
print "<<REA""DY>>"'
zpty -r z line '*<<READY>>*'
zpty -w -n z "$2"$'\t'
zpty -r z line '*<<END>>*'
print -r -- "$line" | tr -d '\r' | grep -o '<<[^>]*>>' | sed 's/^<<//; s/>>$//' | grep -v '^END$'
exit 0
