import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { freeFlags } from '../../compose/pool-flags.ts'
import { poolOf, readSurvey } from '../../compose/pool-survey.ts'
import { freeReport } from '../../controller/pools/free-report.ts'
import { knownUses } from '../../controller/pools/known-uses.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { freeLines, renderFree, tooFew } from '../../terminal/pool/free.ts'

const FAMILIES = { ipv4: [4], ipv6: [6], all: [4, 6] } as const

export default class PoolFree extends BaseCommand {
  static override summary = 'show which addresses of the pools are free, as ranges'
  static override description =
    'Lists the addresses that no Service has, in the order in which they are handed out, and names those that only look free: addresses of Nodes and routers, those that Services of another class have, and those that a Service waits for. -o lines prints nothing but the ranges, one a line; with --count, single addresses.'
  static override args = {
    pool: stringArg({ description: 'name of an IPAddressPool; all of them by default', ignoreStdin: true }),
  }
  static override flags = freeFlags
  static override examples = [
    'lbctl pool free --from-cluster',
    'lbctl pool free lan --from-cluster --family ipv4 --count 3 -o lines',
    'lbctl pool free --bundle lbctl-bundle.tar.gz -o json',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(PoolFree)
    const { survey, objects } = await this.interruptible((signal) => readSurvey(flags, signal))
    const pools = args.pool === undefined ? survey.pools() : [poolOf(survey, args.pool)]
    const question = { families: FAMILIES[flags.family], wanted: flags.count }
    const report = freeReport(pools, knownUses(survey, objects), question)
    this.out(
      flags.output === 'json'
        ? JSON.stringify(report, undefined, 2)
        : flags.output === 'lines'
          ? freeLines(report)
          : renderFree(report, this.stdoutStyle),
    )
    const missing = tooFew(report, flags.count)
    if (missing === undefined) return
    this.progress(missing)
    this.exitWith(EXIT.findings)
  }
}
