// Custom resources → configuration. Whatever brings them, the resources are those of the schema; `validate` says with places what is
// wrong with them, and this refuses what it could not use.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { BGPPeer } from '../../config/objects/read-object.ts'
import type { BGPAdvertisementSpec, L2AdvertisementSpec } from '../../config/schema/advertisement-kinds.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import type { BFDProfileSpec } from '../../config/schema/peer-kinds.ts'
import type { IPAddressPoolSpec } from '../../config/schema/pool-kinds.ts'
import { parseAddressEntry } from '../../config/semantics/addresses.ts'
import { resolveSession, type SessionPassword } from '../../config/semantics/bgp-session.ts'
import { type Community, parseCommunity } from '../../config/semantics/community.ts'
import { type CompiledSelector, compileSelector, matchesAny } from '../../config/semantics/selector.ts'
import { err, ok, type Result } from '../../net/result.ts'
import { sortedLarge, sortedNumbers } from './advertised-communities.ts'
import type {
  BgpAdvert,
  Configuration,
  JudgingNode,
  L2Advert,
  Peer,
  Pool,
  Selectors,
} from './configuration.ts'
import type { Resource, Resources } from './resources.ts'

/** What has to be right; the rest of what is for some nodes alone is left out where it is wrong. */
export interface Judged {
  /** whose part it is, when it is that of one node */
  readonly node: JudgingNode | undefined
  readonly part: Pick<Resources, 'peers' | 'bgpAdvertisements'>
}

/** Every problem is of severity error and names object and field. */
export function compileConfiguration(
  resources: Resources,
  judged?: Judged,
): Result<Configuration, readonly Diagnostic[]> {
  const compiler = new Compiler(resources, judged?.part)
  const value = compiler.configuration()
  if (compiler.problems.length > 0) return err(compiler.problems)
  return ok(judged?.node === undefined ? value : { ...value, judgedFor: judged.node })
}

type AnyResource = Resource<unknown>

class Compiler {
  readonly problems: Diagnostic[] = []
  readonly #resources: Resources
  readonly #aliases: ReadonlyMap<string, string>
  readonly #profiles: ReadonlyMap<string, Resource<BFDProfileSpec>>
  /** undefined: all */
  readonly #judged: ReadonlySet<AnyResource> | undefined

  constructor(resources: Resources, part: Judged['part'] | undefined) {
    this.#resources = resources
    this.#judged = part && new Set<AnyResource>([...part.peers, ...part.bgpAdvertisements])
    this.#profiles = new Map(resources.bfdProfiles.map((profile) => [profile.name, profile]))
    this.#aliases = new Map(
      resources.communities.flatMap(({ spec }) =>
        (spec.communities ?? []).map(({ name = '', value = '' }) => [name, value] as const),
      ),
    )
  }

  configuration(): Configuration {
    const { l2Advertisements, bgpAdvertisements, pools, peers } = this.#resources
    const l2 = l2Advertisements.map((each) => ({ selects: this.#poolTest(each), advert: this.#l2(each) }))
    const bgp = this.#forNodes(bgpAdvertisements, (each) => [
      { selects: this.#poolTest(each), advert: this.#bgp(each) },
    ])
    return {
      pools: pools.map((pool) => this.#pool(pool, l2, bgp)),
      peers: this.#forNodes(peers, (peer) => this.#peer(peer)),
    }
  }

  /** Without those that are wrong and concern other nodes alone. */
  #forNodes<R extends AnyResource, T>(resources: readonly R[], make: (resource: R) => readonly T[]): T[] {
    return resources.flatMap((resource) => {
      const before = this.problems.length
      const made = make(resource)
      if (this.problems.length === before || this.#judged?.has(resource) !== false) return made
      this.problems.length = before
      return []
    })
  }

  #pool(
    pool: Resource<IPAddressPoolSpec>,
    l2: readonly Selecting<L2Advert>[],
    bgp: readonly Selecting<BgpAdvert>[],
  ): Pool {
    const entries = (pool.spec.addresses ?? []).flatMap((text, index) => {
      const parsed = parseAddressEntry(text)
      if (parsed.ok) return [parsed.value]
      this.#problem('V102', pool, `spec.addresses[${index}]`, `"${text}" is neither a prefix nor a range.`)
      return []
    })
    const mine = <T>(all: readonly Selecting<T>[]): T[] =>
      all.filter(({ selects }) => selects(pool)).map(({ advert }) => advert)
    return {
      name: pool.name,
      ranges: entries.map(({ range }) => range),
      families: new Set(entries.map(({ family }) => family)),
      l2: mine(l2),
      bgp: mine(bgp),
    }
  }

  /** Names and selectors add up; neither means every pool. */
  #poolTest(
    resource: Resource<L2AdvertisementSpec> | Resource<BGPAdvertisementSpec>,
  ): (pool: AnyResource) => boolean {
    const names = new Set(resource.spec.ipAddressPools ?? [])
    const selectors = this.#selectors(
      resource,
      'ipAddressPoolSelectors',
      resource.spec.ipAddressPoolSelectors,
    )
    if (names.size === 0 && selectors.length === 0) return () => true
    return ({ name, labels }) => names.has(name) || matchesAny(selectors, labels)
  }

  #l2(resource: Resource<L2AdvertisementSpec>): L2Advert {
    const { spec } = resource
    return {
      ...this.#common(resource),
      interfaces: spec.interfaces ?? [],
      preferences: (spec.preferredNodeSelectors ?? []).flatMap(({ weight, preference }, index) =>
        this.#selectors(resource, `preferredNodeSelectors[${index}].preference`, [preference]).map(
          (nodes) => ({
            weight,
            nodes,
          }),
        ),
      ),
    }
  }

  #bgp(resource: Resource<BGPAdvertisementSpec>): BgpAdvert {
    const { spec } = resource
    const communities = (spec.communities ?? []).flatMap((text, index) =>
      this.#community(resource, text, index),
    )
    return {
      ...this.#common(resource),
      lengths: { 4: spec.aggregationLength ?? 32, 6: spec.aggregationLengthV6 ?? 128 },
      localPreference: spec.localPref,
      communities: sortedNumbers(communities),
      largeCommunities: sortedLarge(communities),
      peers: spec.peers ?? [],
    }
  }

  #common(resource: Resource<L2AdvertisementSpec> | Resource<BGPAdvertisementSpec>) {
    const { nodeSelectors, serviceSelectors } = resource.spec
    return {
      name: resource.name,
      nodes: this.#selectors(resource, 'nodeSelectors', nodeSelectors),
      services: this.#selectors(resource, 'serviceSelectors', serviceSelectors),
    }
  }

  /** An alias wins over a value that reads the same. */
  #community(resource: AnyResource, text: string, index: number): Community[] {
    const parsed = parseCommunity(this.#aliases.get(text) ?? text)
    if (parsed.ok) return [parsed.value]
    this.#problem(
      'V609',
      resource,
      `spec.communities[${index}]`,
      `"${text}" is neither a community nor an alias that a Community object defines.`,
    )
    return []
  }

  #peer(peer: BGPPeer): Peer[] {
    const resolved = resolveSession(peer)
    if (!resolved.ok) {
      for (const { code, field, message } of resolved.error)
        this.#problem(code, peer, `spec.${field}`, `The peer ${message}.`)
      return []
    }
    const session = resolved.value
    const { name } = peer
    const profile = session.bfdProfile === undefined ? undefined : this.#profiles.get(session.bfdProfile)
    if (session.bfdProfile !== undefined && profile === undefined)
      this.#problem('V802', peer, 'spec.bfdProfile', `There is no BFDProfile "${session.bfdProfile}".`)
    return [
      {
        name,
        nodes: this.#selectors(peer, 'nodeSelectors', peer.spec.nodeSelectors),
        session,
        password: this.#password(peer, session.password),
        bfd: profile === undefined ? undefined : { ...profile.spec, name: profile.name },
      },
    ]
  }

  #password(peer: BGPPeer, password: SessionPassword | undefined): string | undefined {
    if (password?.kind !== 'secret') return password?.text
    const text = this.#resources.password(password)
    if (text === undefined)
      this.#problem(
        'V803',
        peer,
        'spec.passwordSecret',
        `There is no Secret "${password.name}" of type kubernetes.io/basic-auth that has a password.`,
      )
    return text
  }

  #selectors(resource: AnyResource, field: string, selectors: readonly LabelSelector[] = []): Selectors {
    return selectors.flatMap((selector, index): CompiledSelector[] => {
      const compiled = compileSelector(selector)
      if (compiled.ok) return [compiled.value]
      const [first] = compiled.error
      this.#problem(
        'V030',
        resource,
        `spec.${field}[${index}]`,
        `In a selector, ${first?.message ?? 'a part is wrong'}.`,
      )
      return []
    })
  }

  #problem(code: string, { kind, name, namespace }: AnyResource, field: string, message: string): void {
    const subject = { kind, name, field, ...(namespace === undefined ? {} : { namespace }) }
    this.problems.push({ code, severity: 'error', message, subject })
  }
}

interface Selecting<T> {
  readonly selects: (pool: AnyResource) => boolean
  readonly advert: T
}
