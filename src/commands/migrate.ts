import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../compose/base-command.ts'
import { migrateFlags } from '../compose/migrate-flags.ts'
import { runMigration } from '../compose/migration.ts'

export default class Migrate extends BaseCommand {
  static override summary = 'turn a legacy MetalLB configuration into custom resources'
  static override description =
    `Reads ConfigMaps, their "config" text, Helm values with configInline, releases that carry them, and the custom resources
of v0.13, from files, directories or stdin ("-"), and prints the objects that today's MetalLB takes, in the order in which
they can be applied. What became of each key is reported on stderr. With Services and Nodes at hand it proves that no
Service loses its address or its announcers.`
  static override args = {
    file: stringArg({
      description: 'files, directories (searched for .yaml, .yml and .json), or "-" for stdin',
      multiple: true,
      ignoreStdin: true,
    }),
  }
  static override flags = migrateFlags
  static override examples = [
    'lbctl migrate config.yaml',
    'kubectl get configmap -n metallb-system config -o yaml | lbctl migrate -',
    'lbctl migrate values.yaml --services services.yaml --nodes nodes.yaml --report report.md',
    'lbctl migrate --from-cluster --diff',
    'lbctl migrate --from-cluster --apply --undo undo.json',
    'lbctl migrate config.yaml --compat configmaptocrs',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Migrate)
    const code = await this.interruptible((signal) =>
      runMigration(
        { ...flags, files: args.file ?? [] },
        {
          out: (text) => this.out(text),
          say: (text) => this.progress(text),
          style: this.stderrStyle,
          verbose: this.verbose,
          signal,
        },
      ),
    )
    this.exitWith(code)
  }
}
