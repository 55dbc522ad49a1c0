import { BaseCommand } from '../../compose/base-command.ts'
import { speakerStatusFlags } from '../../compose/speaker/speaker-flags.ts'
import { askSpeaker, defaultStateDirectory } from '../../compose/speaker/status-socket.ts'
import type { SpeakerStatus, WhyStatus } from '../../speaker/report/status.ts'
import { renderSpeakerStatus, renderWhy } from '../../terminal/speaker/status.ts'

export default class SpeakerStatusCommand extends BaseCommand {
  static override summary = 'ask the speaker of this host what it announces, where, and why not'
  static override description =
    'Asks the running speaker over its local socket: Services with interfaces or peers, sessions with their last end, members, conflicts, what is wrong with the configuration. --why shows the part of every node in a Service.'
  static override flags = speakerStatusFlags
  static override examples = [
    'lbctl speaker status',
    'lbctl speaker status --why 192.0.2.10',
    'lbctl speaker status -o json --state-dir /run/lbctl',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(SpeakerStatusCommand)
    const directory = flags['state-dir'] ?? defaultStateDirectory(process.env, process.getuid?.())
    const json = flags.output === 'json'
    const style = this.stdoutStyle
    if (flags.why === undefined) {
      const status = (await askSpeaker(directory, { want: 'status' })) as SpeakerStatus
      this.out(
        json ? `${JSON.stringify(status, undefined, 2)}\n` : renderSpeakerStatus(status, Date.now(), style),
      )
      return
    }
    const why = (await askSpeaker(directory, { want: 'why', about: flags.why })) as readonly WhyStatus[]
    this.out(json ? `${JSON.stringify(why, undefined, 2)}\n` : renderWhy(why, style))
  }
}
