import { BaseCommand } from '../../compose/base-command.ts'
import { createLog } from '../../compose/speaker/log.ts'
import { speakerRunFlags } from '../../compose/speaker/speaker-flags.ts'
import { speakerSettings } from '../../compose/speaker/speaker-settings.ts'
import { renderDryRun } from '../../terminal/speaker/dry-run.ts'

export default class SpeakerRun extends BaseCommand {
  static override summary = 'announce the addresses of Services from this host, by ARP, NDP and BGP'
  static override description =
    'Runs the whole speaker in the foreground, from files that are watched, or without -f in a cluster. Decides as MetalLB does which node announces what, answers on the links, holds BGP sessions, and says why it does not announce. Stops in order on SIGTERM and Ctrl-C; SIGHUP reads the files again, SIGUSR1 prints the status.'
  static override flags = speakerRunFlags
  static override examples = [
    'lbctl speaker run -f announce/',
    'lbctl speaker run -f announce/ --node-name rack1 --ml-bindaddr 192.0.2.11',
    'lbctl speaker run -f announce/ --dry-run',
    'lbctl speaker run --kubeconfig ~/.kube/config --node-name rack1 --ml-bindaddr 192.0.2.11',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(SpeakerRun)
    if (flags.netns !== undefined) {
      const { enterNamespace } = await import('../../compose/speaker/enter-namespace.ts')
      await enterNamespace(flags.netns)
    }
    const settings = speakerSettings(flags, process.env)
    if (flags['dry-run']) {
      const { dryRun } = await import('../../compose/speaker/dry-run.ts')
      const say = (text: string) => this.progress(text)
      const planned = await this.interruptible((signal) => dryRun(settings, { say, signal }))
      const { status, routes } = planned
      const json = flags.output === 'json'
      this.out(json ? JSON.stringify(planned, undefined, 2) : renderDryRun(status, routes, this.stdoutStyle))
      return
    }
    const log = createLog({
      format: flags['log-format'] ?? (process.stdout.isTTY ? 'pretty' : 'json'),
      level: flags['log-level'],
      stream: process.stdout,
      colorLevel: this.stdoutStyle.colorLevel,
    })
    const { runSpeaker } = await import('../../compose/speaker/run-speaker.ts')
    const say = (text: string) => this.progress(text)
    await this.interruptible(async (signal) => {
      await runSpeaker(settings, { log: log.sink, say, signal, env: process.env })
      await log.flush()
      signal.throwIfAborted()
    })
  }
}
