import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../compose/base-command.ts'
import { findRuleHelp } from '../compose/documentation.ts'
import { validateFlags } from '../compose/validate-flags.ts'
import { runValidation } from '../compose/validation.ts'
import { version } from '../compose/version.ts'
import { renderValidation } from '../terminal/validation.ts'

export default class Validate extends BaseCommand {
  static override summary = 'check a configuration before it is applied'
  static override description =
    'Checks custom resources of MetalLB against its schema, the rules of its admission webhooks, and what it accepts but does not mean well, all at once and with the place of each. Services, Nodes, Secrets and Namespaces beside them are taken into account. Nothing is sent anywhere.'
  static override args = {
    file: stringArg({
      description: 'files, directories (searched for .yaml, .yml and .json), or "-" for stdin',
      multiple: true,
      ignoreStdin: true,
    }),
  }
  static override flags = validateFlags
  static override examples = [
    'lbctl validate metallb.yaml',
    'lbctl migrate config.yaml | lbctl validate -',
    'lbctl validate deploy/ --mode frr --strict -o sarif',
    'lbctl validate --from-cluster',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Validate)
    const { root } = this.host
    const outcome = await this.interruptible((signal) =>
      runValidation({ ...flags, files: args.file ?? [] }, signal),
    )
    const style = { ...this.stdoutStyle, format: flags.output, strict: flags.strict, version }
    this.out(renderValidation(outcome, { ...style, help: (code) => findRuleHelp(code, root) }))
    if (outcome.incomplete)
      this.progress('A text could not be read, so the rules across objects were not checked.')
    this.exitWith(outcome.exitCode)
  }
}
