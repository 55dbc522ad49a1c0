import { BaseCommand } from '../../compose/base-command.ts'
import { nextFlags } from '../../compose/pool-flags.ts'
import { nextFor } from '../../compose/pool-next.ts'
import { readSurvey } from '../../compose/pool-survey.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { renderNext } from '../../terminal/pool/text.ts'

export default class PoolNext extends BaseCommand {
  static override summary = 'show which address a new Service would get, and why none'
  static override description =
    'Says which address the controller would give to a new Service of this namespace, with these labels and families; where it would get none, why each pool does not serve it. Exit code 1 when it would get none.'
  static override flags = nextFlags
  static override examples = [
    'lbctl pool next --from-cluster',
    'lbctl pool next --from-cluster -n shop -l team=web --family dual',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(PoolNext)
    const { survey } = await this.interruptible((signal) => readSurvey(flags, signal))
    const report = nextFor(survey, flags)
    this.out(
      flags.output === 'json' ? JSON.stringify(report, undefined, 2) : renderNext(report, this.stdoutStyle),
    )
    this.exitWith(report.addresses === null ? EXIT.findings : EXIT.ok)
  }
}
