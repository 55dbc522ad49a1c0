import { BaseCommand } from '../../compose/base-command.ts'
import { speakerDrainFlags } from '../../compose/speaker/speaker-flags.ts'
import { askSpeaker, defaultStateDirectory } from '../../compose/speaker/status-socket.ts'
import type { Drained } from '../../speaker/report/drained.ts'
import { renderDrained } from '../../terminal/speaker/drained.ts'

export default class SpeakerDrain extends BaseCommand {
  static override summary =
    'take the speaker of this host out of service: routers drop its routes, others take over'
  static override description =
    'Ends the running speaker for good. Other speakers take over its addresses first; then every BGP session ends with a shutdown, so that also routers with graceful restart drop the routes at once instead of waiting for the speaker to come back. The speaker ends with exit code 0, which a service manager takes as its will.'
  static override flags = speakerDrainFlags
  static override examples = ['lbctl speaker drain', 'lbctl speaker drain --state-dir /run/lbctl']

  override async run(): Promise<void> {
    const { flags } = await this.parse(SpeakerDrain)
    const directory = flags['state-dir'] ?? defaultStateDirectory(process.env, process.getuid?.())
    const drained = (await askSpeaker(directory, { want: 'drain' })) as Drained
    this.out(flags.output === 'json' ? `${JSON.stringify(drained, undefined, 2)}\n` : renderDrained(drained))
  }
}
