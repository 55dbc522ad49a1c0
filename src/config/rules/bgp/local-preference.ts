// V602, V611, V616: LOCAL_PREF. Two advertisements of one pool must agree on it where they would send the same route.
import { type BGPAdvertisement, keySpan } from '../../objects/read-object.ts'
import { ClashFinder } from '../../semantics/clash.ts'
import type { NodeClass } from '../../semantics/node-selection.ts'
import type { PoolSelection } from '../../semantics/pool-selection.ts'
import type { RuleContext } from '../context.ts'

const MAX_LOCAL_PREF = 4294967295

export function bgpLocalPreference(context: RuleContext): void {
  const { bgpAdvertisements, peers } = context.objects
  const noneInternal = peers.length > 0 && peers.every((p) => isExternal(p.spec))
  for (const advertisement of bgpAdvertisements) {
    const value = advertisement.spec.localPref
    if (value === undefined) continue
    if (value < 0 || value > MAX_LOCAL_PREF)
      context.report('V602', advertisement, {
        message: `localPref is ${value}; it has to be from 0 to ${MAX_LOCAL_PREF}.`,
        path: ['spec', 'localPref'],
      })
    // RFC 4271 §5.1.5: not sent to external peers.
    else if (noneInternal && value !== 0)
      context.report('V616', advertisement, {
        message: 'localPref is sent to peers of the same AS only, and there are none.',
        path: ['spec', 'localPref'],
      })
  }
  conflicts(context)
}

const isExternal = (spec: RuleContext['objects']['peers'][number]['spec']): boolean => {
  if (spec.dynamicASN !== undefined) return spec.dynamicASN === 'external'
  return (
    spec.peerASN !== undefined && spec.myASN !== undefined && spec.peerASN !== (spec.localASN ?? spec.myASN)
  )
}

interface Announcement {
  readonly advertisement: BGPAdvertisement
  readonly selection: PoolSelection
  readonly nodes: NodeClass
  readonly peers: readonly string[]
  readonly localPref: number
  /** key of each family: `4:32`, `6:128` */
  readonly lengths: Readonly<Record<4 | 6, string>>
}

/** Fields without which nobody can say what is announced where; pools have their own check. */
const NEEDED = [
  'aggregationLength',
  'aggregationLengthV6',
  'localPref',
  'nodeSelectors',
  'peers',
  'serviceSelectors',
] as const

function announcementOf(context: RuleContext, advertisement: BGPAdvertisement): Announcement | undefined {
  const { spec, failed } = advertisement
  // Advertisements for some services only are compared for each service, by the speaker.
  if (NEEDED.some((field) => failed.has(field)) || (spec.serviceSelectors ?? []).length > 0) return undefined
  const selection = context.pools.select(advertisement)
  const nodes = context.nodes.classOf(spec.nodeSelectors)
  if (selection === undefined || nodes === undefined) return undefined
  return {
    advertisement,
    selection,
    nodes,
    peers: [...new Set(spec.peers ?? [])],
    localPref: spec.localPref ?? 0,
    lengths: { 4: `4:${spec.aggregationLength ?? 32}`, 6: `6:${spec.aggregationLengthV6 ?? 128}` },
  }
}

function conflicts(context: RuleContext): void {
  const announcements = context.objects.bgpAdvertisements.flatMap((a) => announcementOf(context, a) ?? [])
  if (new Set(announcements.map((a) => a.localPref)).size < 2) return
  const finder = new ClashFinder<BGPAdvertisement>()
  const groups = new Groups(context, announcements)
  const seen = new Set<string>()
  for (const a of announcements) {
    // Thousands of advertisements that differ in name or communities only are one.
    const id = [a.selection.id, a.nodes.id, a.localPref, a.lengths[4], a.lengths[6], ...a.peers].join(' ')
    if (seen.has(id)) continue
    seen.add(id)
    const value = String(a.localPref)
    for (const group of groups.toSearch(a)) {
      const found = finder.find(group, a.nodes, value)
      if (found?.sure !== true) continue
      reportConflict(context, a, found.item)
      break
    }
    for (const group of groups.toJoin(a)) finder.add(group, a.nodes, value, a.advertisement)
  }
}

function reportConflict(context: RuleContext, a: Announcement, other: BGPAdvertisement): void {
  const place = (advertisement: BGPAdvertisement) => keySpan(advertisement, ['spec'], 'localPref')
  context.report('V611', a.advertisement, {
    message: `localPref is ${a.localPref} here and ${other.spec.localPref ?? 0} in BGPAdvertisement "${other.name}" for the same routes of the same pool to the same peers.`,
    path: ['spec', 'localPref'],
    at: place(a.advertisement),
    related: [{ message: `BGPAdvertisement "${other.name}"`, at: place(other) }],
    hint: 'Make them equal, or keep the two apart by peers, nodeSelectors or aggregation length.',
  })
}

/**
 * The groups of a ClashFinder in which an announcement stands, and those in which it looks for others. A group is pool, length
 * and peer; `*` stands for "every", `any` collects whatever there is so that "every" can meet it.
 */
class Groups {
  readonly #context: RuleContext
  readonly #families: (pools: PoolSelection['pools']) => (4 | 6)[]
  readonly #manyPools: boolean
  readonly #manyPeers: boolean
  readonly #poolIds = new Map<unknown, number>()

  constructor(context: RuleContext, announcements: readonly Announcement[]) {
    this.#context = context
    this.#manyPools =
      announcements.some((a) => a.selection.all) && announcements.some((a) => !a.selection.all)
    this.#manyPeers =
      announcements.some((a) => a.peers.length === 0) && announcements.some((a) => a.peers.length > 0)
    this.#families = (pools) =>
      ([4, 6] as const).filter((family) => pools.some((p) => context.hasFamily(p, family)))
    for (const pool of context.objects.pools) this.#poolIds.set(pool, this.#poolIds.size)
  }

  toJoin(a: Announcement): string[] {
    return this.#keys(
      a,
      (own) => (this.#manyPools ? [own, 'any'] : [own]),
      (own) => (this.#manyPeers ? [own, 'any'] : [own]),
    )
  }

  toSearch(a: Announcement): string[] {
    const wider = (many: boolean) => (own: string) => (own === '*' ? [many ? 'any' : '*'] : [own, '*'])
    return this.#keys(a, wider(this.#manyPools), wider(this.#manyPeers))
  }

  #keys(a: Announcement, pools: (own: string) => string[], peers: (own: string) => string[]): string[] {
    const keys: string[] = []
    const peerTokens =
      a.peers.length === 0 ? peers('*') : distinct(a.peers.flatMap((name) => peers(`p${name}`)))
    const poolTokens =
      a.selection.all || a.selection.pools.length === 0
        ? []
        : a.selection.pools.map((pool) => ({
            own: String(this.#poolIds.get(pool)),
            families: this.#families([pool]),
          }))
    if (a.selection.all) poolTokens.push({ own: '*', families: this.#families(this.#context.objects.pools) })
    for (const { own, families } of poolTokens)
      for (const pool of pools(own))
        for (const family of families)
          for (const peer of peerTokens) keys.push(`${pool} ${a.lengths[family]} ${peer}`)
    return poolTokens.length > 1 ? distinct(keys) : keys
  }
}

const distinct = (keys: string[]): string[] => (keys.length < 2 ? keys : [...new Set(keys)])
