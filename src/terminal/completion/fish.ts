// Completion for fish.
import type { Surface } from '../surface.ts'
import { type CompletedFlag, completedCommands, nextWords } from './words.ts'

export function fishCompletion(surface: Surface): string {
  const commands = completedCommands(surface)
  const lines = [
    '# fish completion for lbctl. Load it with: lbctl completion fish | source',
    '# The words typed so far, without flags.',
    'function __lbctl_words',
    '    set -l words (commandline -opc)',
    '    string join " " -- (string match -v -- "-*" $words[2..])',
    'end',
    '# True when they begin with the given ones.',
    'function __lbctl_in',
    '    set -l words (__lbctl_words)',
    '    test "$words" = "$argv"; or string match -q -- "$argv *" "$words"',
    'end',
    '# True when they are exactly the given ones.',
    'function __lbctl_at',
    '    set -l words (__lbctl_words)',
    '    test "$words" = "$argv"',
    'end',
    'complete -c lbctl -n "__lbctl_at" -f',
    'complete -c lbctl -n "__lbctl_at" -l version -d "show the version"',
    'complete -c lbctl -n "__lbctl_at" -l help -s h -d "show help"',
  ]
  for (const [prefix, words] of nextWords(commands))
    for (const [word, summary] of words)
      lines.push(`complete -c lbctl -n "__lbctl_at ${prefix}" -f -a ${word} -d ${quoted(summary)}`)
  for (const { path, flags, values } of commands) {
    const inside = `-n "__lbctl_in ${path.join(' ')}"`
    for (const flag of flags) lines.push(`complete -c lbctl ${inside} ${flagOptions(flag)}`)
    if (values.length > 0)
      lines.push(`complete -c lbctl -n "__lbctl_at ${path.join(' ')}" -f -a ${quoted(values.join(' '))}`)
  }
  return `${lines.join('\n')}\n`
}

function flagOptions({ long, short, description, takesValue, values }: CompletedFlag): string {
  const options = [`-l ${long}`]
  if (short !== undefined) options.push(`-s ${short}`)
  if (values.length > 0) options.push(`-x -a ${quoted(values.join(' '))}`)
  else if (takesValue) options.push('-r')
  options.push(`-d ${quoted(description)}`)
  return options.join(' ')
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
