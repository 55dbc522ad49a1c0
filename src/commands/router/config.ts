import { BaseCommand } from '../../compose/base-command.ts'
import { runRouterConfig } from '../../compose/router-config.ts'
import { routerConfigFlags } from '../../compose/router-flags.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { renderDiagnosticsText } from '../../terminal/diagnostics/text.ts'
import { renderRouterPlansJson } from '../../terminal/router/plan-json.ts'
import { renderNotes, renderRouterTexts } from '../../terminal/router/plan-text.ts'

export default class RouterConfig extends BaseCommand {
  static override summary = "write the router's side of the BGP sessions"
  static override description =
    "Writes what the router needs so that every node can announce to it: neighbours, families, import filters that admit exactly the pools' prefixes, limits, multipath, BFD. Passwords are left out unless asked for. Nothing is sent anywhere."
  static override flags = routerConfigFlags
  static override examples = [
    'lbctl router config --from-cluster --vendor frr',
    'lbctl router config -f metallb/ --nodes nodes.yaml --vendor mikrotik7',
    'lbctl router config -f metallb/ --node worker-1=192.0.2.11 --peer tor-a --vendor junos',
    'lbctl router config --from-cluster -o json',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(RouterConfig)
    const outcome = await this.interruptible((signal) =>
      runRouterConfig({ ...flags, files: flags.file ?? [] }, signal),
    )
    const isJson = flags.output === 'json'
    if (outcome.kind === 'unusable') {
      if (isJson) this.out(renderRouterPlansJson([], [], outcome.diagnostics))
      this.progress(renderDiagnosticsText(outcome.diagnostics, this.stderrStyle))
      this.progress('MetalLB would refuse this configuration, so there is no router to fit it.')
      this.exitWith(EXIT.usage)
      return
    }
    const { routers, notes } = outcome
    this.out(isJson ? renderRouterPlansJson(routers, notes) : renderRouterTexts(routers))
    if (!isJson) this.progress(renderNotes(notes, this.stderrStyle.width))
    if (outcome.partly) this.exitWith(EXIT.partial)
  }
}
