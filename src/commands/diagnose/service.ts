import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runCluster } from '../../compose/diagnose-cluster.ts'
import { serviceFlags } from '../../compose/diagnose-cluster-flags.ts'
import { serviceWork } from '../../compose/diagnose-service.ts'

export default class DiagnoseService extends BaseCommand {
  static override summary = 'find out why a Service does not answer at its address'
  static override description =
    'Walks the chain of one Service: address, advertisement, candidate nodes, owner, wire, endpoints, way back; stops at the first link that is broken, and says what was not tested. The owner is computed as the running MetalLB computes it. With CAP_NET_RAW the address is also asked for from this host.'
  static override args = {
    service: stringArg({
      description: 'NAMESPACE/NAME, an address, a host name, or any of these with a port or as a URL',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = serviceFlags
  static override examples = [
    'lbctl diagnose service shop/web',
    'lbctl diagnose service 192.0.2.100 --no-probe',
    'lbctl diagnose service shop.example.com -o json',
    'lbctl diagnose service shop/web --agents',
    'lbctl diagnose service shop/web --ssh root@',
    'lbctl diagnose service shop/web -f cluster.yaml',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnoseService)
    const request = { ...flags, service: args.service }
    const output = this.commandOutput()
    const progress = {
      step: (name: string, text: string) =>
        output.showSteps ? this.progress(`${name}: ${text}`) : undefined,
      probe: () => undefined,
      warn: output.progress,
    }
    this.exitWith(
      await this.interruptible((signal) =>
        runCluster(request, serviceWork(request, progress, signal), output, this.host.root, signal),
      ),
    )
  }
}
