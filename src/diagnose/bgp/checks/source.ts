import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { bgpPeerFix } from '../remedies.ts'

export const source: Check<BgpFacts> = {
  id: 'source-address',
  title: 'the address to connect from is one of this host',
  evaluate: (facts): CheckOutcome => {
    const { given, address, interface: on } = facts.source
    if (!given)
      return address === undefined
        ? skip('there is no route that would tell')
        : pass(`${address}, of the route`)
    if (!facts.kernelTables) return skip('the addresses of this host could not be read')
    if (on !== undefined) return pass(`${address} on ${on}`)
    const others = facts.way?.interface?.addresses.map((own) => own.address) ?? []
    return fail({
      code: 'F36',
      title: `This host does not have the address ${address} that connections to ${facts.peer.address} are to come from.`,
      severity: 'error',
      confidence: 'certain',
      subject: address ?? facts.peer.address,
      evidence: [
        `no interface of ${facts.host.name} has ${address}`,
        ...(others.length === 0 ? [] : [`the route leads out of an interface with ${others.join(', ')}`]),
      ],
      cause: `MetalLB then does not even try: its speaker logs: address "${address}" doesn't exist on this host.`,
      fix: [
        bgpPeerFix(
          { ...facts, source: { ...facts.source, given: false } },
          'In the BGPPeer, leave sourceAddress out, or have one BGPPeer for each node with its own address and nodeSelectors.',
        ),
        {
          text: 'Or give the address to an interface of this node.',
          command: `ip address add ${address}/32 dev lo`,
        },
      ],
      candidates: [],
    })
  },
}
