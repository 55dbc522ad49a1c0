import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runRouteDiagnosis } from '../../compose/diagnose-route.ts'
import { routeFlags } from '../../compose/diagnose-route-flags.ts'
import { renderDiagnosisJson } from '../../terminal/diagnose/json.ts'
import { renderStep } from '../../terminal/diagnose/progress.ts'
import { renderVerdictText } from '../../terminal/diagnose/report.ts'

export default class DiagnoseRoute extends BaseCommand {
  static override summary = 'explain the way to an address, and who refuses on it'
  static override description =
    'Shows what the kernel decides and by which rule and route, whether the next hop answers, and what the path lets through. With --from, whether the request of a client would be let in and by which interface its answer would leave; with --port, who refuses a connection: this host, a firewall, a router, or the machine itself. Needs no rights and changes nothing.'
  static override args = {
    address: stringArg({ description: 'address, or name of a host', required: true, ignoreStdin: true }),
  }
  static override flags = routeFlags
  static override examples = [
    'lbctl diagnose route 192.0.2.10',
    'lbctl diagnose route 192.0.2.10 --port 443',
    'lbctl diagnose route 192.0.2.10 --from 198.51.100.7 --interface eth1',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnoseRoute)
    const { colorLevel } = this.stderrStyle
    const showSteps = process.stderr.isTTY || this.verbose
    const step = (name: string, text: string): void => {
      if (showSteps) this.progress(renderStep(name, text, colorLevel))
    }
    const outcome = await runRouteDiagnosis({ ...flags, address: args.address }, { step })
    this.out(
      flags.output === 'json'
        ? renderDiagnosisJson([outcome], outcome.exitCode)
        : renderVerdictText(outcome.verdict, { ...this.stdoutStyle, verbose: this.verbose }),
    )
    this.exitWith(outcome.exitCode)
  }
}
