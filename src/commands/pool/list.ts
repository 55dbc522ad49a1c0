import { BaseCommand } from '../../compose/base-command.ts'
import { surveyFlags } from '../../compose/pool-flags.ts'
import { readSurvey } from '../../compose/pool-survey.ts'
import { listReport } from '../../controller/pools/pool-report.ts'
import { renderPoolList } from '../../terminal/pool/text.ts'

export default class PoolList extends BaseCommand {
  static override summary = 'show how full the pools are, and which address comes next'
  static override description =
    'Counts the addresses of each pool that Services have and that are free, by IP family, as the status of the Services says it. Names Services that wait, and those whose address no pool allows them.'
  static override flags = surveyFlags
  static override examples = [
    'lbctl pool list --from-cluster',
    'lbctl pool list -f metallb.yaml -f services.yaml -o json',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(PoolList)
    const { survey } = await this.interruptible((signal) => readSurvey(flags, signal))
    const report = listReport(survey)
    this.out(
      flags.output === 'json'
        ? JSON.stringify(report, undefined, 2)
        : renderPoolList(report, this.stdoutStyle),
    )
  }
}
