import { BaseCommand } from '../../compose/base-command.ts'
import { controllerRunFlags } from '../../compose/controller/controller-flags.ts'
import { controllerSettings } from '../../compose/controller/controller-settings.ts'
import { createLog } from '../../compose/speaker/log.ts'

export default class ControllerRun extends BaseCommand {
  static override summary = 'give Services their addresses, in the place of MetalLB’s controller'
  static override description =
    'Runs the controller in the foreground, in a cluster or from outside with a kubeconfig. Several may run: one leads and writes, the others take over within ten seconds. Services keep what they have across restarts, and while the API server is away nothing is taken back. Stops in order on SIGTERM and Ctrl-C.'
  static override flags = controllerRunFlags
  static override examples = [
    'lbctl controller run',
    'lbctl controller run --kubeconfig admin.conf --log-format pretty',
    'lbctl controller run --webhook-mode enabled --cool-down 10m',
  ]

  override async run(): Promise<void> {
    const { flags } = await this.parse(ControllerRun)
    const settings = controllerSettings(flags, process.env)
    const log = createLog({
      format: flags['log-format'] ?? (process.stdout.isTTY ? 'pretty' : 'json'),
      level: flags['log-level'],
      stream: process.stdout,
      colorLevel: this.stdoutStyle.colorLevel,
    })
    const { runController } = await import('../../compose/controller/run-controller.ts')
    await this.interruptible(async (signal) => {
      await runController(settings, { log: log.sink, signal })
      await log.flush()
      signal.throwIfAborted()
    })
  }
}
