import { BaseCommand } from '../../compose/base-command.ts'
import { runLabApiserver } from '../../compose/lab-apiserver.ts'
import { labApiserverFlags } from '../../compose/lab-apiserver-flags.ts'

export default class LabApiserver extends BaseCommand {
  static override summary = 'be a Kubernetes API server to test against, in memory'
  static override description =
    'Serves Services, Nodes, EndpointSlices, Events, Leases, custom resources and more on 127.0.0.1, in the words of kube-apiserver 1.33: kubectl, lbctl and controllers work with it. Nothing runs in it: no Pods, no scheduler. It is for laboratories and tests, no production API server. Prints its address and ends with Ctrl-C.'
  static override flags = labApiserverFlags
  static override examples = [
    'lbctl lab apiserver --kubeconfig-out lab.kubeconfig -f crds/ -f pools.yaml',
    'lbctl lab apiserver --port 6443 --persist state',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(LabApiserver)
    const request = {
      port: flags.port,
      persist: flags.persist,
      kubeconfigOut: flags['kubeconfig-out'],
      files: flags.file ?? [],
    }
    const terminal = { out: (text: string) => this.out(text), say: (text: string) => this.progress(text) }
    await this.interruptible((signal) => runLabApiserver(request, terminal, signal))
  }
}
