import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runPathDiagnosis } from '../../compose/diagnose-path.ts'
import { pathFlags } from '../../compose/diagnose-path-flags.ts'
import { renderDiagnosisJson } from '../../terminal/diagnose/json.ts'
import { renderPath } from '../../terminal/diagnose/path-tree.ts'

export default class DiagnosePath extends BaseCommand {
  static override summary = 'show what kube-proxy on this node does with connections to an address'
  static override description =
    'Reads the rules of kube-proxy (iptables of both variants, nftables, IPVS) and walks them as the kernel does: says whether the address is a ClusterIP, a NodePort, an externalIP or a LoadBalancer address, which clients get to which endpoints with which probability, and which rule drops or rejects the others. Works on the rules of this node, on files, or on a bundle that was made on a node. Sends nothing and changes nothing; reading the rules of the kernel takes CAP_NET_ADMIN.'
  static override args = {
    address: stringArg({
      description:
        'address of the Service, or a name that stands for it, with its port if only that one is asked for: 192.0.2.10:80',
      required: true,
      ignoreStdin: true,
    }),
  }
  static override flags = pathFlags
  static override examples = [
    'lbctl diagnose path 192.0.2.10',
    'lbctl diagnose path 192.0.2.10:443 --from 198.51.100.7',
    'lbctl diagnose path 192.0.2.10 --rules iptables-save.txt --node-address 192.0.2.2',
    'lbctl diagnose path 192.0.2.10 --bundle lbctl-bundle.tar.gz',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnosePath)
    const { outcomes, exitCode } = await this.interruptible((signal) =>
      runPathDiagnosis({ ...flags, address: args.address }, signal),
    )
    const style = { ...this.stdoutStyle, verbose: this.verbose }
    this.out(
      flags.output === 'json'
        ? renderDiagnosisJson(outcomes, exitCode)
        : outcomes.map((outcome) => renderPath(outcome, style)).join('\n'),
    )
    this.exitWith(exitCode)
  }
}
