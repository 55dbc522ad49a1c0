// `lbctl agent run`: a plan in, one result out, as lines with marks.
import { readFileSync } from 'node:fs'
import { framed } from '../../diagnose/agents/agent-log.ts'
import { type AgentPlan, MOST, readAgentPlan } from '../../diagnose/agents/agent-plan.ts'
import { ShapeMismatch } from '../../diagnose/facts/shape.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { readHostFacts } from '../host-facts/read-host-facts.ts'
import { openKernel } from '../linux.ts'
import { unreadable } from '../unreadable.ts'
import { type AgentSurroundings, runPlan } from './run-plan.ts'

export interface AgentRequest {
  readonly plan?: string | undefined
  readonly 'plan-json'?: string | undefined
}

/** @throws LbctlError for a plan that cannot be read, and where there is no kernel that can be asked */
export async function runAgent(request: AgentRequest, signal: AbortSignal): Promise<string> {
  const plan = planIn(textOf(request))
  const around = await openKernel()
  const readHost: AgentSurroundings['readHost'] = (question, end) => readHostFacts(question, { signal: end })
  return framed(plan.run, await runPlan(plan, { around, readHost }, signal))
}

function textOf({ plan, 'plan-json': json }: AgentRequest): string {
  if (json !== undefined) return json
  if (plan === undefined)
    throw new LbctlError('usage', 'There is no plan.', {
      hints: [
        'Name its file with --plan, or --plan - for stdin. lbctl diagnose --agents and --ssh make plans.',
      ],
    })
  try {
    return readFileSync(plan === '-' ? 0 : plan, 'utf8')
  } catch (error) {
    throw unreadable(`The plan ${plan === '-' ? 'on stdin' : plan}`, plan, error)
  }
}

/** @throws LbctlError `input` */
export function planIn(text: string): AgentPlan {
  if (text.length > MOST.bytes) throw new LbctlError('input', `The plan is longer than ${MOST.bytes} bytes.`)
  try {
    return readAgentPlan(JSON.parse(text))
  } catch (error) {
    const why =
      error instanceof ShapeMismatch
        ? error.message
        : error instanceof SyntaxError
          ? 'it is not JSON'
          : undefined
    if (why === undefined) throw error
    throw new LbctlError('input', `The plan cannot be used: ${why}.`, {
      hints: ['lbctl diagnose and lbctl agent must be of versions that fit: see lbctl --version on both.'],
    })
  }
}
