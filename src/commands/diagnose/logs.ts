import { string as stringArg } from '@oclif/core/args'
import { BaseCommand } from '../../compose/base-command.ts'
import { runLogDiagnosis } from '../../compose/diagnose-logs.ts'
import { logsFlags } from '../../compose/diagnose-logs-flags.ts'
import { renderLogsJson, renderLogsShort, renderLogsText } from '../../terminal/diagnose/logs.ts'

export default class DiagnoseLogs extends BaseCommand {
  static override summary = 'find out what the logs of a load balancer complain about'
  static override description =
    'Reads logs of MetalLB (0.7 and later), FRR, frr-k8s, kube-vip and lbctl, and of routers with BIRD, GoBGP, ExaBGP or OpenBGPD, in JSON, logfmt, klog or as text, as kubectl, the container runtime or a file has them; puts together the lines that say the same, and tells for each kind what it means and what to try next. Any size: nothing is kept but the kinds. Passwords are blotted out.'
  static override args = {
    input: stringArg({ description: 'a log, a directory with logs, or - for stdin', ignoreStdin: true }),
  }
  static override flags = logsFlags
  static override examples = [
    'lbctl diagnose logs --from-cluster --since 2h',
    'kubectl -n metallb-system logs -l component=speaker --prefix --tail=-1 | lbctl diagnose logs -',
    'lbctl diagnose logs -f speaker.log -f controller.log -o short',
  ]

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(DiagnoseLogs)
    const showSteps = process.stderr.isTTY || this.verbose
    const outcome = await this.interruptible((signal) =>
      runLogDiagnosis({ ...flags, input: args.input }, (text) => showSteps && this.progress(text), signal),
    )
    const style = { ...this.stdoutStyle, verbose: this.verbose, top: flags.top }
    switch (flags.output) {
      case 'json':
        this.out(renderLogsJson(outcome, flags.top))
        break
      case 'short':
        this.out(renderLogsShort(outcome, style))
        break
      case 'text':
        this.out(renderLogsText(outcome, style))
    }
    this.exitWith(outcome.exitCode)
  }
}
