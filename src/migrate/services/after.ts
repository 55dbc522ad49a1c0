// What the produced objects do with an address: which pool holds it, which protocols announce it, which nodes may.
import type { KubeObject } from '../../config/kube-object.ts'
import type { BGPAdvertisementSpec, L2AdvertisementSpec } from '../../config/schema/advertisement-kinds.ts'
import type { BGPPeerSpec } from '../../config/schema/peer-kinds.ts'
import type { IPAddressPoolSpec } from '../../config/schema/pool-kinds.ts'
import { parseAddressEntry } from '../../config/semantics/addresses.ts'
import { RangeIndex } from '../../config/semantics/range-index.ts'
import type { Ip } from '../../net/ip.ts'
import type { IpRange } from '../../net/prefix.ts'
import type { NodeFact } from '../facts.ts'
import { type LabelTest, labelTest } from './label-test.ts'

export type Protocol = 'bgp' | 'layer2'

export interface After {
  readonly pool: string
  readonly protocols: ReadonlySet<Protocol>
  /** why a node may not announce it by this protocol; undefined when it may */
  readonly refusal: (node: NodeFact, protocol: Protocol) => string | undefined
}

export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

/** Answers for any address, from the objects alone. */
export function afterMigration(
  objects: readonly KubeObject[],
  ignoreExcludeLabel: boolean,
): (ip: Ip) => After | undefined {
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  const pools = new RangeIndex<{ range: IpRange; pool: KubeObject }>(
    of('IPAddressPool').flatMap((pool) =>
      addressRanges(spec<IPAddressPoolSpec>(pool).addresses).map((range) => ({ range, pool })),
    ),
  )
  const announcement = new Announcement(objects, ignoreExcludeLabel)
  return (ip) => {
    const pool = pools.find({ family: ip.family, first: ip.value, last: ip.value })?.pool
    if (pool === undefined || isBuggy(ip, pool)) return undefined
    return { pool: pool.metadata.name, ...announcement.of(pool) }
  }
}

/** The ranges of the entries that MetalLB can read. */
export const addressRanges = (entries: readonly string[] | undefined): IpRange[] =>
  (entries ?? []).flatMap((entry) => {
    const parsed = parseAddressEntry(entry)
    return parsed.ok ? [parsed.value.range] : []
  })

const spec = <S>(object: KubeObject): Partial<S> => (object['spec'] ?? {}) as Partial<S>

/** avoidBuggyIPs keeps IPv4 addresses that end in .0 and .255 back. */
function isBuggy(ip: Ip, pool: KubeObject): boolean {
  const last = Number(ip.value & 0xffn)
  return (
    spec<IPAddressPoolSpec>(pool).avoidBuggyIPs === true && ip.family === 4 && (last === 0 || last === 255)
  )
}

interface Advertisement {
  readonly object: KubeObject
  readonly protocol: Protocol
  readonly namesPools: ReadonlySet<string>
  readonly selectsPool: LabelTest | undefined
  readonly selectsNode: LabelTest | undefined
  /** names of BGPPeers; empty for all */
  readonly peers: readonly string[]
}

class Announcement {
  readonly #advertisements: readonly Advertisement[]
  readonly #peers: readonly { readonly name: string; readonly selectsNode: LabelTest | undefined }[]
  readonly #ignoreExcludeLabel: boolean
  readonly #known = new Map<KubeObject, Pick<After, 'protocols' | 'refusal'>>()

  constructor(objects: readonly KubeObject[], ignoreExcludeLabel: boolean) {
    this.#advertisements = objects.flatMap((object) => advertisement(object) ?? [])
    this.#peers = objects
      .filter((object) => object.kind === 'BGPPeer')
      .map((peer) => ({
        name: peer.metadata.name,
        selectsNode: labelTest(spec<BGPPeerSpec>(peer).nodeSelectors),
      }))
    this.#ignoreExcludeLabel = ignoreExcludeLabel
  }

  of(pool: KubeObject): Pick<After, 'protocols' | 'refusal'> {
    const known = this.#known.get(pool)
    if (known !== undefined) return known
    const here = this.#advertisements.filter((candidate) => selects(candidate, pool))
    const result = {
      protocols: new Set(here.map(({ protocol }) => protocol)),
      refusal: (node: NodeFact, protocol: Protocol) =>
        this.#refusal(
          node,
          here.filter((a) => a.protocol === protocol),
          protocol,
        ),
    }
    this.#known.set(pool, result)
    return result
  }

  #refusal(node: NodeFact, advertisements: readonly Advertisement[], protocol: Protocol): string | undefined {
    if (!this.#ignoreExcludeLabel && Object.hasOwn(node.labels, EXCLUDE_LABEL))
      return `it carries the label ${EXCLUDE_LABEL}, honoured since v0.14.2`
    const mine = advertisements.filter(
      ({ selectsNode }) => selectsNode === undefined || selectsNode(node.labels),
    )
    if (mine.length === 0) return 'no advertisement selects it'
    if (protocol === 'layer2') return undefined
    const session = this.#peers.some(
      ({ name, selectsNode }) =>
        (selectsNode === undefined || selectsNode(node.labels)) &&
        mine.some(({ peers }) => peers.length === 0 || peers.includes(name)),
    )
    return session ? undefined : 'no BGPPeer is for it'
  }
}

function advertisement(object: KubeObject): Advertisement | undefined {
  if (object.kind !== 'L2Advertisement' && object.kind !== 'BGPAdvertisement') return undefined
  const { ipAddressPools, ipAddressPoolSelectors, nodeSelectors } = spec<L2AdvertisementSpec>(object)
  return {
    object,
    protocol: object.kind === 'L2Advertisement' ? 'layer2' : 'bgp',
    namesPools: new Set(ipAddressPools),
    selectsPool: labelTest(ipAddressPoolSelectors),
    selectsNode: labelTest(nodeSelectors),
    peers: spec<BGPAdvertisementSpec>(object).peers ?? [],
  }
}

/** metallb.md §2.2: names and selectors add up; neither means every pool. */
function selects({ object, namesPools, selectsPool }: Advertisement, pool: KubeObject): boolean {
  if (object.metadata.namespace !== pool.metadata.namespace) return false
  if (namesPools.size === 0 && selectsPool === undefined) return true
  return namesPools.has(pool.metadata.name) || selectsPool?.(pool.metadata.labels ?? {}) === true
}
