// F23: an L2Advertisement names interfaces that the elected node does not have.

import type { HostFacts } from '../../diagnose/cluster/host-facts.ts'
import { textsAt } from '../../diagnose/cluster/object-fields.ts'
import { parseIp } from '../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../net/prefix.ts'
import type { RemedyAnswer, RemedyDraft } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext, rawObject, setting } from '../remedy-context.ts'

export function announceOnInterfaces(context: RemedyContext): RemedyAnswer {
  const { view, finding } = context
  const key = nameInSubject(finding.subject, 'Service')
  const service = view.services.find(({ namespace = 'default', name }) => `${namespace}/${name}` === key)
  const named =
    service === undefined
      ? []
      : (view.poolOf(service)?.l2.filter(({ interfaces }) => interfaces.length > 0) ?? [])
  const advert = view.objects.l2Advertisements.find(({ name }) => name === named[0]?.name)
  if (service === undefined || advert === undefined || named.length !== 1)
    return byHand('Which interfaces of the nodes are on the link only you know.')
  const raw = rawObject(view, advert)
  const path = ['spec', 'interfaces']
  const cards = cardsFor(service.ingress, [...view.hosts.values()])
  const now = textsAt(raw, ...path)
  const drafts: RemedyDraft[] = []
  if (cards.length > 0)
    drafts.push({
      changes: [setting(raw, path, [...new Set([...now, ...cards])])],
      summary: `Add the interface ${cards.join(', ')} to L2Advertisement ${advert.name}.`,
      why: `The nodes have an address of the same subnet there. ${finding.cause}`,
      risk: 'Where a node has an interface of that name on another link, it announces there as well.',
    })
  drafts.push({
    changes: [setting(raw, path, undefined)],
    summary: `Take the interfaces out of L2Advertisement ${advert.name}: each node announces on all that it has.`,
    why: finding.cause,
    risk: 'Nodes with several cards on one segment answer on each of them (F19), and links that the list left out are announced on.',
  })
  return drafts
}

/** Interfaces of nodes, by name, that have an address in a subnet with one of these addresses. */
function cardsFor(addresses: readonly string[], hosts: readonly HostFacts[]): readonly string[] {
  const wanted = addresses.flatMap((text) => parseIp(text) ?? [])
  const names = hosts.flatMap(({ links }) =>
    links
      .filter((link) =>
        link.addresses.some(({ address }) => {
          const prefix = parsePrefix(address)
          return prefix !== undefined && wanted.some((each) => prefixContains(prefix, each))
        }),
      )
      .map(({ name }) => name),
  )
  return [...new Set(names)].sort()
}
