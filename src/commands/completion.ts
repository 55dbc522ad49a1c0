import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../compose/base-command.ts'
import { readSurface } from '../compose/manifest.ts'
import { bashCompletion } from '../terminal/completion/bash.ts'
import { fishCompletion } from '../terminal/completion/fish.ts'
import { zshCompletion } from '../terminal/completion/zsh.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }

export default class Completion extends BaseCommand {
  static override summary = 'print the completion script of a shell'
  static override description = `For the shell that is open now:
  bash: source <(lbctl completion bash)
  zsh:  source <(lbctl completion zsh)
  fish: lbctl completion fish | source
Put that line into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish to have it always.`
  static override args = {
    shell: stringArg({
      description: 'bash, zsh or fish',
      options: Object.keys(SHELLS),
      required: true,
      ignoreStdin: true,
    }),
  }
  static override examples = ['lbctl completion bash > /etc/bash_completion.d/lbctl']

  override async run(): Promise<void> {
    const { args } = await this.parse(Completion)
    this.out(SHELLS[args.shell as keyof typeof SHELLS](readSurface(this.host.root)))
  }
}
