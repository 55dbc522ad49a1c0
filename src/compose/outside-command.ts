// Help, and the words that are no command.
import { LbctlError } from '../errors/lbctl-error.ts'
import { renderErrorJson, renderErrorText } from '../terminal/error-report.ts'
import { renderCommandHelp, renderRootHelp, renderTopicHelp } from '../terminal/help.ts'
import { nearestWords } from '../terminal/nearest.ts'
import { commandWords, type Surface } from '../terminal/surface.ts'
import { reportOf } from './failure-report.ts'
import { styleOf } from './streams.ts'
import { wantsJson } from './wants-json.ts'

/** Prints the help that was asked for. @throws LbctlError for words that are no command */
export function answerWithoutCommand(argv: readonly string[], surface: Surface): void {
  const { colorLevel } = styleOf(process.stdout, process.env, argv.includes('--no-color'))
  process.stdout.write(helpFor(argv, surface, colorLevel))
}

function helpFor(argv: readonly string[], surface: Surface, colorLevel: 0 | 1 | 2 | 3): string {
  const words = leadingWords(argv[0] === 'help' ? argv.slice(1) : argv)
  for (let count = words.length; count > 0; count--) {
    const id = words.slice(0, count).join(':')
    const command = surface.commands[id]
    if (command !== undefined) return renderCommandHelp(command, colorLevel)
    const isTopic = Object.keys(surface.commands).some((known) => known.startsWith(`${id}:`))
    if (isTopic && count === words.length) return renderTopicHelp(id, surface, colorLevel)
  }
  if (words.length === 0 && argv.every((word) => ['help', '--help', '-h', '--no-color'].includes(word)))
    return renderRootHelp(surface, colorLevel)
  throw unknownCommand(words.length === 0 ? argv.slice(0, 1) : words, surface)
}

/** The words in front of the first flag; of an unknown command, its arguments are among them. */
function leadingWords(argv: readonly string[]): readonly string[] {
  const flag = argv.findIndex((word) => word.startsWith('-'))
  return flag < 0 ? argv : argv.slice(0, flag)
}

function unknownCommand(words: readonly string[], surface: Surface): LbctlError {
  const known = Object.values(surface.commands)
    .filter((command) => command.hidden !== true)
    .map((command) => commandWords(command.id))
  const [first = ''] = words
  if (first.startsWith('-'))
    return new LbctlError('usage', `There is no flag ${first} in front of a command.`, {
      hints: ['Write the command first: lbctl COMMAND [flags].'],
    })
  const typed = words.slice(0, 2).join(' ')
  const [near] = [...nearestWords(typed, known), ...nearestWords(first, known)]
  // Behind the name of a topic, the second word is the one that is wrong.
  const wrong = known.some((command) => command.startsWith(`${first} `)) ? typed : first
  return new LbctlError('usage', `There is no command "${wrong}".`, {
    hints: [near === undefined ? 'lbctl --help lists the commands.' : `Did you mean "lbctl ${near}"?`],
  })
}

/** Errors that no command could catch: unknown commands, and a build that does not load. */
export function failOutsideCommand(error: unknown, argv: readonly string[]): void {
  const report = reportOf(error, ['lbctl', ...argv.slice(0, 1)].join(' '))
  process.exitCode = report.exitCode
  if (wantsJson(argv, process.env)) process.stdout.write(renderErrorJson(report))
  else {
    const { colorLevel } = styleOf(process.stderr, process.env, argv.includes('--no-color'))
    const usage = report.kind === 'usage' ? { usage: 'lbctl COMMAND [flags]' } : {}
    process.stderr.write(renderErrorText({ ...report, ...usage }, colorLevel))
  }
}
