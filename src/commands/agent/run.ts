import { agentFlags } from '../../compose/agents/agent-flags.ts'
import { BaseCommand } from '../../compose/base-command.ts'

export default class AgentRun extends BaseCommand {
  static override summary = 'be the part of a diagnosis that runs on one node, and print what is found'
  static override description =
    'Started by lbctl diagnose with --agents or --ssh. Reads a plan in JSON: which addresses to ask for on the link, which nodes and routers to connect to, which routes to look up. Does that once within the time that the plan gives, prints one result with marks and a checksum, and changes nothing. Connections are closed without a byte; no OPEN is sent.'
  static override args = {}
  static override flags = agentFlags
  static override examples = ['lbctl agent run --plan - < plan.json', 'lbctl agent run --plan plan.json']

  override async run(): Promise<void> {
    const { flags } = await this.parse(AgentRun)
    const { runAgent } = await import('../../compose/agents/run-agent.ts')
    this.out(await this.interruptible((signal) => runAgent(flags, signal)))
  }
}
