// F40: a network plugin that has a session to the same router from the same nodes.
import { parseIp, sameIp } from '../../../net/ip.ts'
import { type ClusterCheck, failOr, skip } from '../cluster-check.ts'
import { textAt } from '../object-fields.ts'
import { counted, listed } from '../wording.ts'

export const oneBgpSpeaker: ClusterCheck = {
  id: 'one-bgp-speaker',
  code: 'F40',
  link: 'wire',
  title: 'nobody else has sessions to the routers',
  needs: ['foreign', 'configuration'],
  evaluate: (view) => {
    const { peers } = view.objects
    if (peers.length === 0) return skip('there is no BGPPeer')
    const theirs = view.foreign('BGPPeer', 'crd.projectcalico.org').flatMap((peer) => {
      const address = parseIp(textAt(peer, 'spec', 'peerIP')?.replace(/:\d+$/, '') ?? '')
      return address === undefined ? [] : [{ name: peer.metadata.name, address }]
    })
    const clashes = peers.flatMap((peer) => {
      const address = parseIp(peer.spec.peerAddress ?? '')
      const other = theirs.find((each) => address !== undefined && sameIp(each.address, address))
      return other === undefined ? [] : [{ peer, other }]
    })
    return failOr(
      clashes.map(({ peer, other }) => ({
        title: `Calico and MetalLB both want a session to ${peer.spec.peerAddress ?? ''}: a router accepts one from each node.`,
        severity: 'error',
        confidence: 'likely',
        subject: `BGPPeer ${peer.name}`,
        evidence: [
          `BGPPeer ${peer.name} of MetalLB`,
          `BGPPeer ${other.name} of Calico (crd.projectcalico.org)`,
        ],
        cause:
          'BGP allows one session between two addresses. That of Calico is there first, and the router refuses the other one.',
        fix: [
          {
            text: 'Let Calico announce the addresses of the pools, and remove the BGPAdvertisements of MetalLB.',
            command: `kubectl patch bgpconfigurations.crd.projectcalico.org default --type=merge -p '{"spec":{"serviceLoadBalancerIPs":[{"cidr":"RANGE"}]}}'`,
          },
          { text: 'Or have MetalLB peer with another address of the router, or in a VRF.' },
        ],
        affects: 'installation' as const,
      })),
      `${counted(peers.length, 'BGPPeer')}: ${listed(peers.map(({ name }) => name))}`,
    )
  },
}
