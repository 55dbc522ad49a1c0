// `lbctl bundle diff` put together: two archives → what changed between them.
import { compareBundles, type Side } from '../../diagnose/bundle/compare.ts'
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { renderComparison } from '../../terminal/bundle/comparison.ts'
import { printedJson } from '../../terminal/printed-json.ts'
import { judgedView } from '../diagnose-cluster.ts'
import type { CommandOutput } from '../diagnose-output.ts'
import { readBundleFile } from './read-bundle-file.ts'

export interface BundleDiffRequest {
  readonly before: string
  readonly after: string
  readonly output: 'text' | 'json'
}

/** @throws LbctlError for what is no bundle */
export function runBundleDiff(request: BundleDiffRequest, output: CommandOutput): ExitCode {
  const before = sideOf(request.before)
  const after = sideOf(request.after)
  if (JSON.stringify(before.facts) === JSON.stringify(after.facts)) throw sameBundle(request)
  const comparison = compareBundles(before, after)
  const { stdoutStyle, verbose } = output
  output.out(
    request.output === 'json'
      ? printedJson(comparison, 2, true)
      : renderComparison(comparison, { ...stdoutStyle, verbose }),
  )
  return comparison.appeared.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.ok
}

const sameBundle = ({ before, after }: BundleDiffRequest): LbctlError =>
  new LbctlError(
    'input',
    before === after
      ? `${before} was given twice, so there is nothing to compare.`
      : `${before} and ${after} hold the same facts of the same moment, so there is nothing to compare.`,
    { hints: ['Give the bundle of when it worked, then the one of now.'] },
  )

function sideOf(path: string): Side {
  const facts = readBundleFile(path)
  if (facts.elections !== undefined)
    throw new LbctlError(
      'input',
      `Pseudonyms stand for the addresses in ${path}, and no two bundles share them.`,
      {
        hints: ['Compare bundles that were made without --pseudonymise.'],
      },
    )
  return { facts, ...judgedView(facts, { only: [], skip: [], 'fail-on': 'error' }) }
}
