// Addresses that somebody has or wants although no Service of ours holds them: a controller knows of none of these, and would hand them out.
import type { ReadObjects } from '../../config/objects/read-object.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { wantedAddresses } from '../converge/wish.ts'
import { serviceKey } from '../facts/facts.ts'
import type { PoolSurvey } from './pool-survey.ts'

export type UseReason =
  /** an address of a Node */
  | 'node'
  /** the address of a router that the speakers have a session with */
  | 'router'
  /** a Service has it in its status, and the pools do not allow it */
  | 'not-allowed'
  /** a Service of another loadBalancerClass has it */
  | 'other-class'
  /** a Service asks for it, and has no address yet */
  | 'asked-for'

export interface KnownUse {
  readonly address: Ip
  readonly why: UseReason
  /** name of the Node, the peer, or the Service (namespace/name) */
  readonly by: string
}

/** Each address once: the first reason of those above. */
export function knownUses(
  survey: PoolSurvey,
  objects: Pick<ReadObjects, 'nodes' | 'peers'>,
): readonly KnownUse[] {
  const all = [...nodeUses(objects), ...routerUses(objects), ...serviceUses(survey)]
  const byAddress = new Map<string, KnownUse>()
  for (const use of all) {
    const key = formatIp(use.address)
    if (!byAddress.has(key)) byAddress.set(key, use)
  }
  return [...byAddress.values()]
}

const nodeUses = ({ nodes }: Pick<ReadObjects, 'nodes'>): KnownUse[] =>
  nodes.flatMap(({ name, addresses }) =>
    uses(
      'node',
      name,
      addresses.map(({ address }) => address),
    ),
  )

const routerUses = ({ peers }: Pick<ReadObjects, 'peers'>): KnownUse[] =>
  peers.flatMap(({ name, spec }) => uses('router', name, [spec.peerAddress ?? '']))

function serviceUses({ strays, others, waiting }: PoolSurvey): KnownUse[] {
  return [
    ...strays.flatMap(({ service, addresses }) => uses('not-allowed', service, addresses)),
    ...others.flatMap((service) => uses('other-class', serviceKey(service), service.ingress)),
    ...waiting.flatMap((service): KnownUse[] => {
      const wanted = wantedAddresses(service)
      const by = serviceKey(service)
      return wanted.ok ? wanted.value.map((address) => ({ address, why: 'asked-for', by })) : []
    }),
  ]
}

/** What is no address, as a host name of a Node, is nobody's here. */
const uses = (why: UseReason, by: string, texts: readonly string[]): KnownUse[] =>
  texts.flatMap((text) => {
    const address = parseIp(text)
    return address === undefined ? [] : [{ address, why, by }]
  })
