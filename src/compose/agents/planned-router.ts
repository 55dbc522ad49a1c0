// A question of `diagnose bgp` as a part of a plan. Its password stays here: the plan is written into a Pod, which others may read.
import type { PlannedRouter } from '../../diagnose/agents/agent-plan.ts'
import type { BgpQuestion } from '../../diagnose/bgp/collect/bgp-question.ts'
import { formatIp } from '../../net/ip.ts'

export const plannedRouter = (question: BgpQuestion): PlannedRouter => ({
  asked: question.asked,
  name: question.name,
  address: formatIp(question.address),
  zone: question.zone,
  port: question.port,
  source: question.source === undefined ? undefined : formatIp(question.source),
  device: question.device,
  expected: {
    ...question.expected,
    password: question.expected.password === 'none' ? 'none' : 'not known here',
    passwordFlaws: [],
  },
})
