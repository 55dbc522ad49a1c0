// The way from the typed words to the command, as short as it can be: --version needs nothing, a command only its own
// file, help and mistakes the manifest. oclif's runner would load plugins, topics and help machinery first.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BaseCommand, Host } from './base-command.ts'
import { loadAllPacksSo, loadPack } from './load-pack.ts'
import { endOnUnwritableStreams } from './streams.ts'
import { versionLine } from './version.ts'

interface CommandModule {
  readonly default: new (argv: readonly string[]) => BaseCommand
}

/** @param argv the words after `lbctl` */
export async function main(argv: readonly string[], host: Host): Promise<void> {
  endOnUnwritableStreams()
  if (/^(--version|-v|version)$/.test(argv[0] ?? '')) {
    process.stdout.write(`${versionLine()}\n`)
    return
  }
  try {
    await dispatch(argv, host)
  } catch (error) {
    const { failOutsideCommand } = await import('./outside-command.ts')
    failOutsideCommand(error, argv)
  }
}

async function dispatch(argv: readonly string[], host: Host): Promise<void> {
  const found = asksForHelp(argv) ? undefined : findCommand(argv, host)
  if (found === undefined) {
    const { answerWithoutCommand } = await import('./outside-command.ts')
    const { readSurface } = await import('./manifest.ts')
    answerWithoutCommand(argv, readSurface(host.root))
    return
  }
  loadAllPacksSo()
  const { default: Command } = loadPack(found.file) as CommandModule
  await new Command(argv.slice(found.words)).runIn(found.id, host)
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  return words.length === 0 || words[0] === 'help' || words.includes('--help') || words.includes('-h')
}

/** The longest run of leading words that is the path of a file under dist/commands. */
function findCommand(
  argv: readonly string[],
  host: Host,
): { id: string; file: string; words: number } | undefined {
  const stop = argv.findIndex((word) => !/^[a-z][a-z0-9-]*$/.test(word))
  const words = stop < 0 ? argv.slice(0, 3) : argv.slice(0, Math.min(stop, 3))
  for (let count = words.length; count > 0; count--) {
    const path = words.slice(0, count)
    const file = fileURLToPath(new URL(`dist/commands/${path.join('/')}.js`, host.root))
    if (existsSync(file)) return { id: path.join(':'), file, words: count }
  }
  return undefined
}
