// Completion for zsh, to be sourced or put into a folder of $fpath as `_lbctl`.
import type { Surface } from '../surface.ts'
import { type CompletedCommand, type CompletedFlag, completedCommands, nextWords } from './words.ts'

export function zshCompletion(surface: Surface): string {
  const commands = completedCommands(surface)
  return `#compdef lbctl
# zsh completion for lbctl. Load it with: source <(lbctl completion zsh)
_lbctl() {
  local command='' word
  local -i used=0 i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case "$command $word" in
${nextCases(commands)}
      *) break ;;
    esac
    used=i
  done
  local -a next
  case $command in
${topicCases(commands)}
  esac
  # _arguments counts from the last word of the command.
  ((used > 1)) && { shift $((used - 1)) words; ((CURRENT -= used - 1)); }
  case $command in
${commandCases(commands)}
  esac
}
if [[ \${funcstack[1]} == _lbctl ]]; then _lbctl "$@"; else compdef _lbctl lbctl; fi
`
}

function nextCases(commands: readonly CompletedCommand[]): string {
  const cases: string[] = []
  for (const [prefix, words] of nextWords(commands))
    for (const word of words.keys())
      cases.push(`      '${prefix} ${word}') command='${prefix === '' ? word : `${prefix} ${word}`}' ;;`)
  return cases.join('\n')
}

function topicCases(commands: readonly CompletedCommand[]): string {
  const runnable = new Set(commands.map((command) => command.path.join(' ')))
  return [...nextWords(commands)]
    .filter(([prefix]) => !runnable.has(prefix))
    .map(([prefix, words]) => {
      const items = [...words].map(([word, summary]) => quoted(`${word}:${summary}`)).join(' ')
      const flags = prefix === '' ? ' --version' : ''
      return `    '${prefix}') next=(${items}); if [[ $PREFIX == -* ]]; then compadd -- --help${flags}; else _describe command next; fi; return ;;`
    })
    .join('\n')
}

const commandCases = (commands: readonly CompletedCommand[]): string =>
  commands
    .map(({ path, flags, values }) => {
      const rest = values.length === 0 ? "'*:file:_files'" : quoted(`1:value:(${values.join(' ')})`)
      return `    '${path.join(' ')}') _arguments ${flags.flatMap(flagSpecs).join(' ')} ${rest} ;;`
    })
    .join('\n')

function flagSpecs(flag: CompletedFlag): string[] {
  const names = [`--${flag.long}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])]
  const description = `[${flag.description.replaceAll(/[[\]\\:]/g, '\\$&')}]`
  return names.map((name) => {
    if (!flag.takesValue) return quoted(`${name}${description}`)
    const action = flag.values.length === 0 ? '_files' : `(${flag.values.join(' ')})`
    // A long flag takes its value behind "=" or in the next word, a short one also without anything between.
    return quoted(`*${name}${name.startsWith('--') ? '=' : '+'}${description}:${flag.long}:${action}`)
  })
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
