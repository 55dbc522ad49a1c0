// Completion for bash, without the bash-completion package.
import type { Surface } from '../surface.ts'
import { type CompletedCommand, completedCommands, nextWords } from './words.ts'

export function bashCompletion(surface: Surface): string {
  const commands = completedCommands(surface)
  return `# bash completion for lbctl. Load it with: source <(lbctl completion bash)
_lbctl() {
  local cur prev word command='' i
  COMPREPLY=()
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  # bash makes words of its own of "--flag", "=" and "value".
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$command $word" in
${nextCases(commands)}
      *) break ;;
    esac
  done
  local words=()
  case "$command $prev" in
${valueCases(commands)}
    *)
      case $command in
${commandCases(commands)}
      esac
      if [[ $cur != -* ]]; then words=("\${values[@]}"); fi ;;
  esac
  if ((\${#words[@]} > 0)); then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "\${words[*]}" -- "$cur"))
  elif [[ $cur != -* ]]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _lbctl lbctl
`
}

/** Words that lead further into a command. */
function nextCases(commands: readonly CompletedCommand[]): string {
  const cases: string[] = []
  for (const [prefix, words] of nextWords(commands))
    for (const word of words.keys())
      cases.push(`      '${prefix} ${word}') command='${prefix === '' ? word : `${prefix} ${word}`}' ;;`)
  return cases.join('\n')
}

/** After a flag that takes a value: its values, or files. */
function valueCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap(({ path, flags }) =>
      flags
        .filter((flag) => flag.takesValue)
        .map((flag) => {
          const names = [`--${flag.long}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])]
          const pattern = names.map((name) => `'${path.join(' ')} ${name}'`).join('|')
          return `    ${pattern}) words=(${flag.values.join(' ')}) ;;`
        }),
    )
    .join('\n')
}

/** Anywhere else: flags after a dash, otherwise the next words of a command or the values of its argument. */
function commandCases(commands: readonly CompletedCommand[]): string {
  const next = nextWords(commands)
  const lines: string[] = []
  for (const [prefix, words] of next) {
    if (commands.some((command) => command.path.join(' ') === prefix)) continue
    const flags = prefix === '' ? '--help --version' : '--help'
    lines.push(`        '${prefix}') local values=(${[...words.keys()].join(' ')}); words=(${flags}) ;;`)
  }
  for (const { path, flags, values } of commands) {
    const more = [...(next.get(path.join(' '))?.keys() ?? []), ...values]
    const names = flags.flatMap((flag) => [`--${flag.long}`])
    lines.push(`        '${path.join(' ')}') local values=(${more.join(' ')}); words=(${names.join(' ')}) ;;`)
  }
  return lines.join('\n')
}
