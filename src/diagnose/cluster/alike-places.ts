// Places of many addresses that are in the same trouble, as one thing to say.
import type { ServiceKey } from '../../speaker/facts/facts.ts'
import { grouped } from './grouped.ts'
import type { Place, Placed } from './layer2-places.ts'
import { listed } from './wording.ts'

/** Nodes of the same kind have the same trouble: one finding for all of them. */
export interface Alike<P extends Placed> {
  /** of a node that announces now, where there is one */
  readonly first: P
  readonly keys: readonly ServiceKey[]
  readonly breaksNow: boolean
  /** a line of evidence about the other nodes, or none */
  readonly others: readonly string[]
}

/** Those of one kind, together where one sentence says it of all: the same links, on whichever node. */
export function alike<P extends Placed>(all: readonly P[]): readonly Alike<P>[] {
  return [...grouped(all, ({ place }) => JSON.stringify(namesIn(place))).values()].flatMap((group) => {
    const owned = group.filter(({ isOwner }) => isOwner)
    const shown = owned.length > 0 ? owned : group
    const [first] = shown
    if (first === undefined) return []
    const nodes = [...new Set(group.map(({ host }) => host.node))].filter((node) => node !== first.host.node)
    return [
      {
        first,
        keys: [...new Set(shown.map(({ key }) => key))],
        breaksNow: owned.length > 0,
        others: nodes.length === 0 ? [] : [`it is the same on ${listed(nodes)}`],
      },
    ]
  })
}

function namesIn(place: Place): readonly string[] {
  switch (place.kind) {
    case 'announced':
    case 'elsewhere':
      return place.links.map(({ name }) => name)
    case 'tunnel':
    case 'enslaved':
    case 'left out':
      return [place.link.name]
    case 'not there':
      return place.named
    case 'nowhere':
      return []
  }
}
