import { BaseCommand } from '../compose/base-command.ts'
import { runInstall } from '../compose/install/install.ts'
import { installFlags } from '../compose/install/install-flags.ts'

export default class Install extends BaseCommand {
  static override summary = 'bring lbctl into a cluster: CRDs, rights, speakers, controllers'
  static override description =
    'Applies what lbctl needs to run in a cluster, by server-side apply, one object after the other, and waits until it is ready. Everything is tried first; fields that others set are named and left alone. Running it again changes only what differs. With --dry-run it prints the objects, each right with its reason, for kubectl or a repository.'
  static override flags = installFlags
  static override examples = [
    'lbctl install --dry-run | less',
    'lbctl install --image registry.example.com/lbctl:0.1.0',
    'lbctl install --mode speaker --node-selector lbctl=yes',
    'lbctl install --check',
    'lbctl install --dry-run -o json | kubectl apply --server-side -f -',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(Install)
    const code = await this.interruptible((signal) =>
      runInstall(flags, { out: (text) => this.out(text), say: (text) => this.progress(text), signal }),
    )
    this.exitWith(code)
  }
}
