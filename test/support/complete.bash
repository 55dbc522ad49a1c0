# Prints what bash would offer. Arguments: the completion script, then the words typed so far, the last one unfinished.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lbctl
printf '%s\n' "${COMPREPLY[@]}"
