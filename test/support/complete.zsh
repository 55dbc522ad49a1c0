# Types a command line into an interactive zsh, presses Tab, and prints the arguments that lbctl is then called with.
# Arguments: the completion script, then the line.
zmodload zsh/zpty zsh/datetime
home=$(mktemp -d)
trap 'rm -rf $home' EXIT
cat > $home/.zshrc <<RC
PROMPT='' RPROMPT='' LISTMAX=1000
unset zle_bracketed_paste
autoload -Uz compinit && compinit -u -D
source ${(q)1}
lbctl() { print -r -- "<<<\$*>>>" }
print READY
RC
zpty shell "ZDOTDIR=$home TERM=dumb zsh -i"
wait_for() {
  local chunk deadline=$((EPOCHSECONDS + 20))
  while ((EPOCHSECONDS < deadline)); do
    if zpty -rt shell chunk; then seen+=$chunk; else sleep 0.02; fi
    if [[ $seen == *$~1* ]]; then return; fi
  done
}
seen=''
wait_for READY
seen=''
zpty -w -n shell "$2"$'\t\n'
wait_for '<<<*>>>'
zpty -d shell
print -r -- "${${seen##*<<<}%%>>>*}"
