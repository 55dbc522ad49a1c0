import { describeLink } from '../../wire/describe/describe-link.ts'
import { type ProbeSpec, probeFrame } from './probe-frame.ts'

/** The frame itself, decoded. The words for IPv6 come with those for all that is above it, so they are loaded for IPv6 only. */
export async function probeText(spec: ProbeSpec): Promise<string> {
  const frame = probeFrame(spec)
  const text =
    spec.address.family === 4
      ? describeLink(frame)
      : (await import('../../wire/describe/describe-frame.ts')).describeFrame(frame)
  return `on ${spec.interfaceName}: ${text}`
}
