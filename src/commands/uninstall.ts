import { BaseCommand } from '../compose/base-command.ts'
import { uninstallFlags } from '../compose/install/install-flags.ts'
import { runUninstall } from '../compose/install/uninstall.ts'

export default class Uninstall extends BaseCommand {
  static override summary = 'take lbctl out of a cluster; shows what would go until --yes'
  static override description =
    'Removes what "lbctl install" applied: objects of its names that carry its label. CRDs stay, and with them the whole configuration, unless --delete-crds is given and confirmed. The namespace always stays.'
  static override flags = uninstallFlags
  static override examples = [
    'lbctl uninstall',
    'lbctl uninstall --yes',
    'lbctl uninstall --delete-crds --delete-all-configuration --yes',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(Uninstall)
    const code = await this.interruptible((signal) =>
      runUninstall(flags, { out: (text) => this.out(text), say: (text) => this.progress(text), signal }),
    )
    this.exitWith(code)
  }
}
