// What `diagnose arp` and `diagnose ndp` do with their words; they differ in the family of addresses only.
import type { Progress } from '../diagnose/collect/question.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import type { IpFamily } from '../net/ip.ts'
import { linkFacts } from './diagnose.ts'
import type { CommandOutput } from './diagnose-output.ts'
import type { LinkRequest } from './diagnose-request.ts'
import { stepLines } from './step-lines.ts'

type Words = Omit<LinkRequest, 'family'> & { readonly output: 'text' | 'json' }

/** @throws LbctlError */
export async function diagnoseLink(
  family: IpFamily,
  words: Words,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const request = { ...words, family }
  const isJson = words.output === 'json'
  if (words['explain-plan'] || words.watch) {
    const { planLink, watchLink } = await import('./diagnose-watch-output.ts')
    return words.watch
      ? watchLink(request, isJson, output, signal)
      : planLink(request, isJson, output, signal)
  }
  const facts = await withSteps(output, (progress) => linkFacts(request, progress, signal))
  const { reportLink } = await import('./diagnose-report.ts')
  const { text, exitCode } = reportLink(facts, isJson, { ...output.stdoutStyle, verbose: output.verbose })
  output.out(text)
  return exitCode
}

/** Shows the steps, and loads what judges and prints as soon as there is an answer: others may still come. */
async function withSteps<T>(output: CommandOutput, work: (progress: Progress) => Promise<T>): Promise<T> {
  const lines = stepLines(async () => {
    const { renderStep } = await import('../terminal/diagnose/progress.ts')
    return (name, text) => output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  })
  const add: typeof lines.add = (name, text) => {
    if (output.showSteps) lines.add(name, text)
    if (name === 'reply') setImmediate(() => void import('./diagnose-report.ts'))
  }
  const probe: Progress['probe'] = (spec) =>
    add('probe', async () => {
      const { probeText } = await import('../diagnose/collect/probe-text.ts')
      return probeText(spec)
    })
  try {
    return await work({ step: add, probe })
  } finally {
    await lines.flush()
  }
}
