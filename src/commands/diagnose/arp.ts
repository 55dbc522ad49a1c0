import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { diagnoseLink } from '../../compose/diagnose-command.ts'
import { linkFlags } from '../../compose/diagnose-flags.ts'

export default class DiagnoseArp extends BaseCommand {
  static override summary = 'find out who answers ARP for an address, or why nobody does'
  static override description =
    "Looks at the route, the interface and the neighbour table, asks on the link with probes that change nobody's tables, and says what is wrong and what to do. Sends nothing where nothing can answer. Without CAP_NET_RAW it lets the kernel ask, and says what it could not see."
  static override args = {
    address: stringArg({ description: 'IPv4 address, or name of a host', ignoreStdin: true }),
  }
  static override flags = linkFlags
  static override examples = [
    'lbctl diagnose arp 192.0.2.10',
    'lbctl diagnose arp 192.0.2.10 --port 443 --nodes nodes.json',
    'lbctl diagnose arp 192.0.2.10 --watch --interval 10ms',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnoseArp)
    const output = {
      out: (text: string) => this.out(text),
      progress: (text: string) => this.progress(text),
      stdoutStyle: this.stdoutStyle,
      stderrStyle: this.stderrStyle,
      showSteps: process.stderr.isTTY || this.verbose,
      verbose: this.verbose,
    }
    const words = { ...flags, address: args.address }
    this.exitWith(await this.interruptible((signal) => diagnoseLink(4, words, output, signal)))
  }
}
