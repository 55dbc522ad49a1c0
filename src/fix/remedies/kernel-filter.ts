// F19, F30: settings of the kernel of a node, from what was read on it.
import { itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import { type HostSettings, keyOf, looseFilter, oneCardAnswers } from '../host-settings.ts'
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import type { RemedyContext } from '../remedy-context.ts'

const ON_THE_NODE = 'It is a setting of one machine: run the same command on that node.'

const PROXY =
  'Proxy ARP was switched on for something, such as virtual machines behind this node. Whether anything needs it still only you know.'

export function replyOnOneCard({ view, finding, host }: RemedyContext): RemedyAnswer {
  if (finding.check === 'no-proxy-arp') return byHand(PROXY)
  const known = host ?? hostsOf(view).find((each) => finding.subject.includes(each.host))
  return known === undefined ? byHand(ON_THE_NODE) : oneCardAnswers(known)
}

/** From the look-up of the way back to a client, which says whether the filter is what drops. */
export function filterLoosely({ view, finding, host }: RemedyContext): RemedyAnswer {
  for (const probe of itemsOf(view.facts.probes)) {
    const back = probe.kind === 'route' ? probe.facts.returnPath : undefined
    if (probe.kind !== 'route' || back === undefined || !back.rpFilter.drops) continue
    const on = back.arrival.interface
    if (!finding.subject.includes(back.client)) continue
    const { all, ofInterface } = back.rpFilter
    const values = {
      [keyOf('all', 'rp_filter')]: String(all ?? 0),
      [keyOf(on, 'rp_filter')]: String(ofInterface ?? 0),
    }
    return looseFilter({ host: probe.node ?? probe.vantage, interfaces: [on], values }, on)
  }
  const known = host ?? hostsOf(view).find((each) => finding.subject.includes(each.host))
  return known === undefined
    ? byHand('Which way back is right only you know: a route, or a rule for the subnet of the addresses.')
    : looseFilter(known, undefined)
}

const hostsOf = (view: RemedyContext['view']): HostSettings[] =>
  [...view.hosts.values()].map(({ node, links, sysctls }) => ({
    host: node,
    interfaces: links.map(({ name }) => name),
    values: sysctls,
  }))
