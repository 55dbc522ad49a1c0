// What a diagnosis would send, each frame decoded, without sending it.
import { formatIp } from '../../net/ip.ts'
import { describeFrame } from '../../wire/describe/describe-frame.ts'
import type { Prepared } from './prepared.ts'
import { probeFrame } from './probe-frame.ts'
import { planProbes } from './probe-plan.ts'
import type { LinkQuestion } from './question.ts'

export interface PlannedFrame {
  /** how often, and under which condition */
  readonly when: string
  /** decoded */
  readonly text: string
  /** hexadecimal */
  readonly bytes: string
}

export interface ExplainedPlan {
  readonly address: string
  readonly steps: readonly string[]
  readonly frames: readonly PlannedFrame[]
  /** what to say when there are none */
  readonly none?: string
}

export function explainPlan(
  question: LinkQuestion,
  prepared: Prepared,
  steps: readonly string[],
  rawFrames: boolean,
): ExplainedPlan {
  const address = formatIp(question.target)
  const examined = formatIp(prepared.examined)
  if (!rawFrames) {
    const datagram =
      prepared.plans.length === 0
        ? []
        : [`without CAP_NET_RAW: one empty UDP datagram to ${examined} port 9 would make the kernel ask`]
    return { address, steps: [...steps, ...datagram], frames: [] }
  }
  const frames = prepared.plans.flatMap((input) => {
    const { first, ifSilent } = planProbes(input)
    const probes = (count: number) => (count === 1 ? 'once' : `up to ${count} times`)
    return [
      ...first.map((spec, index) => ({
        spec,
        when: probes(index === 0 ? question.count : Math.min(2, question.count)),
      })),
      ...ifSilent.map((spec) => ({
        spec,
        when: `${probes(Math.min(2, question.count))}, if nobody answered`,
      })),
    ]
  })
  const port =
    question.port === undefined
      ? []
      : [`then a TCP connection to ${address} port ${question.port}, closed at once`]
  return {
    address,
    steps: [...steps, ...port],
    frames: frames.map(({ spec, when }) => ({
      when,
      text: `on ${spec.interfaceName}: ${describeFrame(probeFrame(spec))}`,
      bytes: Array.from(probeFrame(spec), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    })),
  }
}
