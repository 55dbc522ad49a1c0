import { type CheckOutcome, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { nextHop } from '../../route/checks/next-hop.ts'
import { pathMtu } from '../../route/checks/path-mtu.ts'
import { way as routeFound } from '../../route/checks/way.ts'
import type { RouteDiagnosisFacts } from '../../route/route-facts.ts'
import type { BgpFacts } from '../bgp-facts.ts'

/** A check of `diagnose route`, on the way to the peer. */
const onTheWay = (check: Check<RouteDiagnosisFacts>, title: string): Check<BgpFacts> => ({
  id: check.id,
  title,
  evaluate: ({ way, kernelTables }): CheckOutcome =>
    way === undefined
      ? kernelTables
        ? skip('the address of the router is not known')
        : unknown('The route and the next hop could not be read: that takes the optional package koffi.')
      : check.evaluate(way),
})

export const way = onTheWay(routeFound, 'this host has a route to the peer')
export const wayNextHop = onTheWay(nextHop, nextHop.title)
export const wayMtu = onTheWay(pathMtu, pathMtu.title)
