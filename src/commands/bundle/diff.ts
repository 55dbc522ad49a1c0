import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runBundleDiff } from '../../compose/bundle/bundle-diff.ts'
import { bundleDiffFlags } from '../../compose/bundle/bundle-flags.ts'

export default class BundleDiff extends BaseCommand {
  static override summary = 'say what changed between two bundles'
  static override description =
    'Compares two files of lbctl bundle: findings that are new or gone, addresses whose owner changed, and objects with the fields that differ, those first whose changes break an address most often. Exit code 1 means that there is a new error.'
  static override args = {
    before: stringArg({ description: 'the earlier bundle', required: true, ignoreStdin: true }),
    after: stringArg({ description: 'the later bundle', required: true, ignoreStdin: true }),
  }
  static override flags = bundleDiffFlags
  static override examples = [
    'lbctl bundle diff before.tar.gz after.tar.gz',
    'lbctl bundle diff before.tar.gz after.tar.gz -o json',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(BundleDiff)
    const output = {
      out: (text: string) => this.out(text),
      progress: (text: string) => this.progress(text),
      stdoutStyle: this.stdoutStyle,
      stderrStyle: this.stderrStyle,
      showSteps: false,
      verbose: this.verbose,
    }
    this.exitWith(runBundleDiff({ ...args, output: flags.output }, output))
  }
}
