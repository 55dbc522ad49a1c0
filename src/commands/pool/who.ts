import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { surveyFlags } from '../../compose/pool-flags.ts'
import { readSurvey } from '../../compose/pool-survey.ts'
import { whoReport } from '../../controller/pools/pool-report.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseIp } from '../../net/ip.ts'
import { renderWho } from '../../terminal/pool/text.ts'

export default class PoolWho extends BaseCommand {
  static override summary = 'show who has an address, since when, and shared with whom'
  static override description =
    'Names the pool of an address and every Service that has it in its status, with ports, sharing key, and since when the Service exists.'
  static override args = {
    address: stringArg({ description: 'an IP address', required: true, ignoreStdin: true }),
  }
  static override flags = surveyFlags
  static override examples = ['lbctl pool who 192.0.2.10 --from-cluster']

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PoolWho)
    const address = parseIp(args.address)
    if (address === undefined)
      throw new LbctlError('usage', `"${args.address}" is no IP address.`, {
        hints: ['Write it as 192.0.2.10 or 2001:db8::10.'],
      })
    const { survey } = await this.interruptible((signal) => readSurvey(flags, signal))
    const report = whoReport(survey, address)
    this.out(
      flags.output === 'json' ? JSON.stringify(report, undefined, 2) : renderWho(report, this.stdoutStyle),
    )
  }
}
