// Runs a command of the source in this process: for tables of many runs, where a process each would take minutes. What a command writes
// and its exit code are caught, and given back to the test runner as they were. One at a time.
import { pathToFileURL } from 'node:url'
import type { BaseCommand } from '../../src/compose/base-command.ts'
import { type Outcome, root } from './cli.ts'

type CommandModule = { readonly default: new (argv: readonly string[]) => BaseCommand }

/** @param id with colons, as the manifest has it. @param env takes the place of the variables of the same names; undefined takes one away */
export async function commandInProcess(
  id: string,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Outcome> {
  const path = new URL(`src/commands/${id.replaceAll(':', '/')}.ts`, pathToFileURL(root))
  const { default: Command } = (await import(path.href)) as CommandModule
  const restore = [changeEnvironment(env), ...(['stdout', 'stderr'] as const).map(catchStream)]
  const exitCodeBefore = process.exitCode
  process.exitCode = undefined
  try {
    await new Command(argv).runIn(id, { root: pathToFileURL(root) })
    const [, stdout, stderr] = restore.map((each) => each())
    return { stdout: stdout ?? '', stderr: stderr ?? '', code: Number(process.exitCode ?? 0), signal: null }
  } finally {
    for (const each of restore) each()
    process.exitCode = exitCodeBefore
  }
}

function changeEnvironment(env: Readonly<Record<string, string | undefined>>): () => string {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  const set = ([name, value]: readonly [string, string | undefined]): void => {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  for (const each of Object.entries(env)) set(each)
  return () => {
    for (const each of before) set(each)
    return ''
  }
}

/** Gives what was written since, each time it is called. */
function catchStream(name: 'stdout' | 'stderr'): () => string {
  const stream = process[name]
  const own = stream.write
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined
    done?.()
    return true
  }) as typeof stream.write
  return () => {
    stream.write = own
    return text
  }
}
