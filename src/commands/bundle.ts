import { BaseCommand } from '../compose/base-command.ts'
import { runBundle } from '../compose/bundle/bundle.ts'
import { bundleFlags } from '../compose/bundle/bundle-flags.ts'

export default class Bundle extends BaseCommand {
  static override summary = 'put everything that a diagnosis needs into one file that can be given away'
  static override description =
    'Reads what diagnose all reads, and the network of this host, and writes one archive: the facts, the verdict, a page for a browser, and a list of what could not be read. Secrets are in it by name and type only; passwords, tokens and what looks like them are blotted out. lbctl diagnose all --bundle FILE says the same on any other machine. Changes nothing, unless --agents says so.'
  static override flags = bundleFlags
  static override examples = [
    'lbctl bundle',
    'lbctl bundle -o before.tar.gz && lbctl diagnose all --bundle before.tar.gz',
    'lbctl bundle --no-host --context production',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(Bundle)
    const output = {
      out: (text: string) => this.out(text),
      progress: (text: string) => this.progress(text),
      stdoutStyle: this.stdoutStyle,
      stderrStyle: this.stderrStyle,
      showSteps: process.stderr.isTTY || this.verbose,
      verbose: this.verbose,
    }
    this.exitWith(await this.interruptible((signal) => runBundle(flags, output, signal)))
  }
}
