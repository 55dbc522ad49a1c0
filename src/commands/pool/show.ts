import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { surveyFlags } from '../../compose/pool-flags.ts'
import { poolOf, readSurvey } from '../../compose/pool-survey.ts'
import { showReport } from '../../controller/pools/pool-report.ts'
import { renderPool } from '../../terminal/pool/text.ts'

export default class PoolShow extends BaseCommand {
  static override summary = 'show one pool: whom it is for, and who has which of its addresses'
  static override description =
    'Shows the addresses of a pool, the namespaces and Services that it is for, and every Service that has one of its addresses, with its ports, its sharing key and since when it exists.'
  static override args = {
    pool: stringArg({ description: 'name of an IPAddressPool', required: true, ignoreStdin: true }),
  }
  static override flags = surveyFlags
  static override examples = ['lbctl pool show lan --from-cluster', 'lbctl pool show lan -f cluster/']

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PoolShow)
    const { survey } = await this.interruptible((signal) => readSurvey(flags, signal))
    const report = showReport(survey, poolOf(survey, args.pool))
    this.out(
      flags.output === 'json' ? JSON.stringify(report, undefined, 2) : renderPool(report, this.stdoutStyle),
    )
  }
}
