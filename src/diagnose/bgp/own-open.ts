// The OPEN that the diagnosis sends: what a speaker of this configuration would say, without graceful restart.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { Capability } from '../../wire/bgp/capability.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { unicast } from '../../wire/bgp/families.ts'
import { encodeBgpMessage } from '../../wire/bgp/message.ts'
import { shortAsnOf } from '../../wire/bgp/open.ts'

export interface OwnOpen {
  readonly asn: number
  /** 0, or 3..65535 */
  readonly holdTimeSeconds: number
  readonly routerId: Ip
  readonly families: readonly IpFamily[]
}

export function openOf({ asn, holdTimeSeconds, routerId, families }: OwnOpen): Uint8Array {
  const capabilities: Capability[] = [
    ...families.map((family): Capability => ({ kind: 'multiprotocol', family: unicast(family) })),
    { kind: 'four-octet-as', asn },
  ]
  return encodeBgpMessage(
    { kind: 'open', shortAsn: shortAsnOf(asn), holdTimeSeconds, routerId, capabilities, otherParameters: [] },
    PLAIN_CONTEXT,
  )
}
