import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../compose/base-command.ts'
import { runCapture } from '../compose/capture.ts'
import { captureFlags } from '../compose/capture-flags.ts'

export default class Capture extends BaseCommand {
  static override summary = 'show ARP, NDP, BGP, BFD and gossip as they come by'
  static override description =
    'Prints one line in plain words for each frame that this host receives or sends: of the protocols named (arp, ndp, bgp, bfd, gossip, or all), and about the addresses named, or about any. Not promiscuous, because that hides faults. Ends with --count, --duration or Ctrl-C, and then says on stderr what came by and what was lost.'
  static override args = {
    subject: stringArg({
      description: 'protocols (arp, ndp, bgp, bfd, gossip, all) and addresses; everything by default',
      multiple: true,
      ignoreStdin: true,
    }),
  }
  static override flags = captureFlags
  static override examples = [
    'lbctl capture arp 192.0.2.10',
    'lbctl capture arp ndp --interface eth0 --duration 30s -o json',
    'lbctl capture bgp --count 100 --write bgp.pcapng',
    'lbctl capture --write - | tshark -r -',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Capture)
    const say = (text: string): void => this.progress(text)
    const words = { ...flags, subject: args.subject ?? [] }
    this.exitWith(
      await this.interruptible((signal) => runCapture(words, { stdout: process.stdout, say, signal })),
    )
  }
}
