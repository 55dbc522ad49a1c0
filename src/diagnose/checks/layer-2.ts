import type { ExaminedInterface, LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { hardwareTypeName, obstacleOf } from '../link-layer.ts'
import { protocolOf } from './answers.ts'

const LACKING = new Set(['layer-3', 'no-arp', 'not-ethernet'])

export const layer2: Check<LinkFacts> = {
  id: 'layer-2',
  title: 'the interface speaks ARP or neighbour discovery',
  evaluate: (facts): CheckOutcome => {
    const examined = facts.interfaces.filter(({ loopback }) => !loopback)
    if (facts.own !== undefined && !facts.own.dadFailed) return skip('the address is one of this host')
    if (examined.length === 0) return skip('there is no interface to ask on')
    const without = examined.filter((link) => LACKING.has(obstacleOf(link) ?? ''))
    const [first] = without
    if (first === undefined) return pass(`${examined.map(({ name }) => name).join(' and ')}: Ethernet`)
    return noLinkLayer(facts, first, without.length === examined.length)
  },
}

function noLinkLayer(facts: LinkFacts, link: ExaminedInterface, isOnly: boolean): CheckOutcome {
  const { address } = facts.target
  const protocol = protocolOf(facts)
  const switchedOff = obstacleOf(link) === 'no-arp'
  const { name, hardwareType, kind } = link
  return fail({
    code: 'F17',
    title: switchedOff
      ? `ARP is switched off on ${name}, so nobody can be asked for ${address} there.`
      : `${name} is a layer 3 tunnel: there is no ${protocol} on it, and nobody can answer for ${address}.`,
    severity: isOnly ? 'error' : 'warning',
    confidence: 'certain',
    subject: name,
    evidence: [
      `hardware type ${hardwareType}, ${hardwareTypeName(hardwareType)}${kind === undefined ? '' : `, made as ${kind}`}`,
      `flags: ${flagsOf(link).join(', ') || 'none'}; hardware address: ${link.mac ?? 'none'}`,
      'nothing was sent on it',
    ],
    cause: switchedOff
      ? `The interface has the flag NOARP: the kernel neither asks nor answers on it, and MetalLB leaves it out.`
      : `Packets on ${name} have no hardware addresses, so there is nothing to resolve: the tunnel decides by the destination address which peer gets a packet. MetalLB in layer 2 mode leaves such interfaces out, and an address cannot move between the peers.`,
    fix: switchedOff
      ? [{ text: 'Switch ARP on.', command: `ip link set dev ${name} arp on` }]
      : [
          {
            text: `Announce the address on the network card behind the tunnel: name it under "interfaces" of the L2Advertisement.`,
          },
          {
            text: 'Or announce it over the tunnel with BGP; the next hop must be among the AllowedIPs of the peer.',
          },
          {
            text: `Or reach it without the tunnel: route ${address} to a host that is on the segment of the nodes.`,
          },
        ],
    notTested: [`whether somebody has ${address} on another link; --interface asks there`],
  })
}

function flagsOf(link: ExaminedInterface): string[] {
  return [
    link.noArp ? ['NOARP'] : [],
    link.pointToPoint ? ['POINTOPOINT'] : [],
    link.broadcast ? ['BROADCAST'] : [],
    link.up ? ['UP'] : [],
  ].flat()
}
