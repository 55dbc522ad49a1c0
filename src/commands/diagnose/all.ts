import { BaseCommand } from '../../compose/base-command.ts'
import { allWork } from '../../compose/diagnose-all.ts'
import { runCluster } from '../../compose/diagnose-cluster.ts'
import { allFlags } from '../../compose/diagnose-cluster-flags.ts'

export default class DiagnoseAll extends BaseCommand {
  static override summary = 'look at a whole installation, and name what is wrong first'
  static override description =
    'Reads pools, advertisements, peers, Services, endpoints, nodes, Pods and events, computes who announces what as the running MetalLB does, and checks every link of the chain. On a node of the cluster its links, routes, settings and rules are read, too. What could not be read is listed with the reason. Changes nothing and sends no probe, unless --agents or --ssh says so.'
  static override args = {}
  static override flags = allFlags
  static override examples: string[] = [
    'lbctl diagnose all',
    'lbctl diagnose all -o short --wait 5m',
    'lbctl diagnose all -f cluster.yaml --fail-on warning -o junit',
    'lbctl diagnose all --pre',
    'lbctl diagnose all --agents --explain-plan && lbctl diagnose all --agents',
    'lbctl diagnose all --save-facts facts.json && lbctl diagnose all --facts facts.json',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(this.constructor as typeof DiagnoseAll)
    const output = this.commandOutput()
    if (flags.pre) {
      const { runEnvironment } = await import('../../compose/diagnose-environment.ts')
      this.exitWith(await this.interruptible((signal) => runEnvironment(flags, output, signal)))
      return
    }
    const step = (name: string, text: string) =>
      output.showSteps ? this.progress(`${name}: ${text}`) : undefined
    this.exitWith(
      await this.interruptible((signal) =>
        runCluster(flags, allWork(flags, step, output.progress, signal), output, this.host.root, signal),
      ),
    )
  }
}
