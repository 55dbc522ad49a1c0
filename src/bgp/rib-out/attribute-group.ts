// Advertisements that agree in everything but the prefix.
import type { IpFamily } from '../../net/ip.ts'
import type { BgpAdvertisement } from '../peer.ts'

export interface AttributeGroup extends Omit<BgpAdvertisement, 'prefix'> {
  readonly key: string
  readonly family: IpFamily
  /** prefixes that are desired with it */
  users: number
}

/** One object for equal groups, for as long as somebody uses it. */
export class AttributeGroups {
  readonly #byKey = new Map<string, AttributeGroup>()
  // Advertisements come in runs; comparing with the one before saves the making of a key for each.
  #previous: AttributeGroup | undefined

  /** The group of an advertisement, used by one prefix more. */
  hold(advertisement: BgpAdvertisement): AttributeGroup {
    const group = this.#find(advertisement)
    group.users++
    this.#previous = group
    return group
  }

  release(group: AttributeGroup): void {
    group.users--
    if (group.users > 0) return
    this.#byKey.delete(group.key)
    if (this.#previous === group) this.#previous = undefined
  }

  #find(advertisement: BgpAdvertisement): AttributeGroup {
    if (this.#previous !== undefined && belongs(advertisement, this.#previous)) return this.#previous
    const { prefix, localPreference, communities, largeCommunities } = advertisement
    const key = [
      prefix.family,
      localPreference,
      communities.join(),
      largeCommunities.map(({ global, local1, local2 }) => `${global}:${local1}:${local2}`).join(),
    ].join('|')
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const content = {
      localPreference,
      communities: [...communities],
      largeCommunities: [...largeCommunities],
    }
    const group = { key, family: prefix.family, ...content, users: 0 }
    this.#byKey.set(key, group)
    return group
  }
}

function belongs(advertisement: BgpAdvertisement, group: AttributeGroup): boolean {
  const { prefix, localPreference, communities: small, largeCommunities: large } = advertisement
  return (
    prefix.family === group.family &&
    localPreference === group.localPreference &&
    small.length === group.communities.length &&
    small.every((community, i) => community === group.communities[i]) &&
    large.length === group.largeCommunities.length &&
    large.every(({ global, local1, local2 }, i) => {
      const other = group.largeCommunities[i]
      return global === other?.global && local1 === other.local1 && local2 === other.local2
    })
  )
}
