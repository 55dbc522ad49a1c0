import { BaseCommand } from '../../compose/base-command.ts'
import { simulateFlags } from '../../compose/pool-flags.ts'
import { simulation } from '../../compose/pool-simulation.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { renderSimulation } from '../../terminal/pool/simulation.ts'

export default class PoolSimulate extends BaseCommand {
  static override summary = 'show who would have and announce which address after a change'
  static override description =
    'Does a change in thought, by the same code as the controller and the speaker: drained nodes, deleted pools, objects that are applied, another release of MetalLB, or several of them. Lists the Services that lose their address or every candidate, get another address or another node, the worst first, and what becomes of the prefixes of each peer. Nothing is changed. Exit code 1 when a Service loses an address or all candidates.'
  static override flags = simulateFlags
  static override examples = [
    'lbctl pool simulate --from-cluster --drain worker-1',
    'lbctl pool simulate --from-cluster --delete-pool old --apply new-pool.yaml',
    'lbctl pool simulate -f cluster/ --compat-version 0.15.2 --upgrade-to 0.16 -o json',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(PoolSimulate)
    const report = await this.interruptible((signal) => simulation(flags, signal))
    this.out(
      flags.output === 'json'
        ? JSON.stringify(report, undefined, 2)
        : renderSimulation(report, flags, this.stdoutStyle),
    )
    this.exitWith(report.harmed > 0 ? EXIT.findings : EXIT.ok)
  }
}
