import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../compose/base-command.ts'
import { asker } from '../compose/fix/ask.ts'
import { fixFlags } from '../compose/fix/fix-flags.ts'
import { runFix } from '../compose/fix/fix-run.ts'

export default class Fix extends BaseCommand {
  static override summary = 'show the change that makes a finding go away, and make it if asked to'
  static override description =
    'Without a code it lists what is found, with and without a fix. With one it shows the fix as a diff and what it does, and changes nothing. --apply shows it, asks, changes it, and looks whether the finding is gone; what was there before is recorded, and --undo takes the fix back. Where only a person can decide, it says why and what to do.'
  static override args = {
    code: stringArg({ description: 'code of a finding, such as F01', ignoreStdin: true }),
    subject: stringArg({
      description: 'which one: NAMESPACE/NAME of a Service, a pool, an interface of this host',
      ignoreStdin: true,
    }),
  }
  static override flags = fixFlags
  static override examples = [
    'lbctl fix',
    'lbctl fix F01',
    'lbctl fix F09 shop/web --apply',
    'lbctl fix F30 eth1 --apply --yes',
    'lbctl fix --undo F01-20260301T120000.000Z',
    'lbctl fix F12 -f pools.yaml -o yaml',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Fix)
    const request = { ...flags, code: args.code, subject: args.subject }
    const code = await this.interruptible((signal) =>
      runFix(
        request,
        {
          out: (text) => this.out(text),
          progress: (text) => this.progress(text),
          stdoutStyle: this.stdoutStyle,
          stderrStyle: this.stderrStyle,
          showSteps: process.stderr.isTTY || this.verbose,
          verbose: this.verbose,
          ask: asker(process.stdin, process.stderr, signal),
        },
        this.host.root,
        signal,
      ),
    )
    this.exitWith(code)
  }
}
