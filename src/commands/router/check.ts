import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { findRuleHelp } from '../../compose/documentation.ts'
import { runRouterCheck } from '../../compose/router-check.ts'
import { routerCheckFlags } from '../../compose/router-flags.ts'
import { version } from '../../compose/version.ts'
import { renderNotes } from '../../terminal/router/plan-text.ts'
import { renderValidation } from '../../terminal/validation.ts'

export default class RouterCheck extends BaseCommand {
  static override summary = "check a router's configuration against the cluster"
  static override description =
    'Reads the configuration that a router prints (FRR, BIRD 2, RouterOS 6 and 7, Cisco IOS, Junos, Arista EOS, VyOS) and says what is missing in it or contradicts the cluster: neighbours, AS numbers, passwords, families, filters, limits, multipath, BFD. Lines that are not about BGP are passed over. Nothing is sent anywhere.'
  static override args = {
    configuration: stringArg({
      description: 'file with the configuration, or "-" for stdin',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = routerCheckFlags
  static override examples = [
    'lbctl router check frr.conf -f metallb/ --nodes nodes.yaml',
    'ssh router vtysh -c "show running-config" | lbctl router check - --from-cluster',
    'lbctl router check export.rsc --from-cluster --peer tor-a -o sarif',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(RouterCheck)
    const { root } = this.host
    const outcome = await this.interruptible((signal) =>
      runRouterCheck({ ...flags, files: flags.file ?? [], configuration: args.configuration }, signal),
    )
    const style = { ...this.stdoutStyle, format: flags.output, strict: flags.strict, version }
    this.out(renderValidation(outcome, { ...style, help: (code) => findRuleHelp(code, root) }))
    const { vendor, notes } = outcome
    const taken = vendor === undefined || flags.vendor !== undefined ? [] : [`Read as ${vendor}.`]
    const refused = vendor === undefined ? ['The router was not checked: its input could not be used.'] : []
    this.progress(renderNotes([...taken, ...notes, ...refused], this.stderrStyle.width))
    this.exitWith(outcome.exitCode)
  }
}
