import { BaseCommand } from '../../compose/base-command.ts'
import { runRouter } from '../../compose/router-run.ts'
import { routerRunFlags } from '../../compose/router-run-flags.ts'

export default class RouterRun extends BaseCommand {
  static override summary = 'be a BGP router to test against, healthy or with a fault'
  static override description =
    'Waits for BGP sessions, takes their routes, and shows what a router would: its neighbours and the best paths, several where they cost the same. Forwards nothing and installs nothing. With --fault it is a router that something is wrong with, to see how a speaker and "lbctl diagnose bgp" take it. Needs no rights on a port above 1023. Ends with --duration or Ctrl-C, with a Cease to every peer.'
  static override flags = routerRunFlags
  static override examples = [
    'lbctl router run',
    'lbctl router run --listen 0.0.0.0:1790 --asn 64512 --announce 0.0.0.0/0',
    'lbctl router run --fault wrong-as',
    'lbctl router run --duration 30s -o json',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(RouterRun)
    const { stdout } = process
    const screen = {
      write: (text: string) => stdout.write(text),
      colorLevel: this.stdoutStyle.colorLevel,
      rows: stdout.isTTY ? () => stdout.rows : undefined,
      nowMs: () => Date.now(),
    }
    const say = (text: string): void => this.progress(text)
    await this.interruptible((signal) => runRouter(flags, { screen, say }, signal))
  }
}
