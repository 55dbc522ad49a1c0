import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { diagnoseBgp } from '../../compose/diagnose-bgp-command.ts'
import { bgpFlags } from '../../compose/diagnose-bgp-flags.ts'

export default class DiagnoseBgp extends BaseCommand {
  static override summary = 'find out why a BGP session does not come up'
  static override description =
    'Climbs from harmless to harmless: route and next hop, TCP without and with a password, then listening for the OPEN of the peer without sending a byte; with --handshake a session that announces nothing and is closed again. Says what is wrong, and what to write on both sides. Sends nothing to a peer that this host has a session with.'
  static override args = {
    peer: stringArg({
      description:
        'address or name of the router; with -f or --from-cluster the name or address of a BGPPeer',
      multiple: true,
      ignoreStdin: true,
    }),
  }
  static override flags = bgpFlags
  static override examples = [
    'lbctl diagnose bgp 192.168.1.1 --my-asn 64512 --peer-asn 64513',
    'lbctl diagnose bgp 192.168.1.1 --my-asn 64512 --peer-asn 64513 --handshake --show-routes',
    'lbctl diagnose bgp -f metallb.yaml',
    'lbctl diagnose bgp --from-cluster --node-name worker-1 -o json',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnoseBgp)
    const output = {
      out: (text: string) => this.out(text),
      progress: (text: string) => this.progress(text),
      stdoutStyle: this.stdoutStyle,
      stderrStyle: this.stderrStyle,
      showSteps: process.stderr.isTTY || this.verbose,
      verbose: this.verbose,
    }
    const words = { ...flags, peers: args.peer ?? [] }
    this.exitWith(await this.interruptible((signal) => diagnoseBgp(words, output, signal)))
  }
}
