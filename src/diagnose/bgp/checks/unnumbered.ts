import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'

export const unnumbered: Check<BgpFacts> = {
  id: 'unnumbered',
  title: 'the router on the interface has made itself known',
  evaluate: ({ peer, notTried, kernelTables }): CheckOutcome => {
    if (peer.zone === undefined) return skip('the peer has an address')
    if (notTried !== 'router') return pass(`${peer.address} on ${peer.zone}`)
    if (!kernelTables) return skip('the neighbours could not be read')
    return fail({
      code: 'F36',
      title: `No router has made itself known on ${peer.zone}.`,
      severity: 'error',
      confidence: 'certain',
      subject: peer.zone,
      evidence: [`no neighbour on ${peer.zone} has a link-local address and the mark of a router`],
      cause:
        'A BGPPeer with an interface and no address finds the router by its router advertisements (RFC 4861), and none has come: the router does not send them, the interface is the wrong one, or this host does not take them (accept_ra).',
      fix: [
        {
          text: 'Let the router advertise itself on its interface to this node,',
          configuration: [
            'interface INTERFACE-TO-THE-NODE',
            ' no ipv6 nd suppress-ra',
            ' ipv6 nd ra-interval 10',
          ],
        },
        { text: 'and see whether they arrive.', command: `rdisc6 -1 ${peer.zone}` },
        {
          text: 'A node that forwards takes them only when told to.',
          command: `sysctl net.ipv6.conf.${peer.zone}.accept_ra=2`,
        },
      ],
      candidates: [],
    })
  },
}
