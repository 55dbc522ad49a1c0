import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runPoolDiagnosis } from '../../compose/diagnose-pool.ts'
import { poolFlags } from '../../compose/diagnose-pool-flags.ts'
import { scanBar } from '../../compose/diagnose-pool-progress.ts'
import { renderDiagnosisJson } from '../../terminal/diagnose/json.ts'
import { renderPoolText } from '../../terminal/diagnose/pool.ts'

export default class DiagnosePool extends BaseCommand {
  static override summary = 'find addresses of a pool that somebody else has'
  static override description =
    "Asks for every address of a pool or range on the link, with probes that change nobody's tables and at a bounded rate: which free ones already have an owner, and which used ones have the wrong one, two, or none. Which are used comes from Services in files or in the cluster. Needs CAP_NET_RAW."
  static override args = {
    pool: stringArg({
      description: 'name of an IPAddressPool, range or prefix',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = poolFlags
  static override examples = [
    'lbctl diagnose pool 192.0.2.0/24',
    'lbctl diagnose pool 192.0.2.10-192.0.2.50 --services services.json --nodes nodes.json',
    'lbctl diagnose pool lan -f metallb.yaml --services services.json --rate 1000',
    'lbctl diagnose pool lan --from-cluster',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnosePool)
    const bar = scanBar(process.stderr, this.stderrStyle.colorLevel)
    const outcome = await this.interruptible((signal) =>
      runPoolDiagnosis({ ...flags, pool: args.pool }, bar.show, signal).finally(bar.clear),
    )
    const { facts, verdict, addresses, exitCode } = outcome
    this.out(
      flags.output === 'json'
        ? renderDiagnosisJson([{ verdict, facts: { ...facts, addresses } }], exitCode)
        : renderPoolText(outcome, { ...this.stdoutStyle, verbose: this.verbose }),
    )
    this.exitWith(exitCode)
  }
}
