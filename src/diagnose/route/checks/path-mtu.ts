import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { RouteDiagnosisFacts } from '../route-facts.ts'

export const pathMtu: Check<RouteDiagnosisFacts> = {
  id: 'path-mtu',
  title: 'no router on the way has asked for smaller packets',
  evaluate: ({ mtu, interface: link, target }): CheckOutcome => {
    if (mtu === undefined || link === undefined) return skip('there is no interface')
    if (mtu.path === undefined)
      return pass(
        `MTU ${mtu.route ?? mtu.interface}${mtu.route === undefined ? ` of ${link.name}` : `, set on the route (${link.name} has ${mtu.interface})`}`,
      )
    return fail({
      code: 'F33',
      title: `Packets to ${target.address} may be no larger than ${mtu.path} bytes; ${link.name} would send ${mtu.interface}.`,
      severity: 'info',
      confidence: 'certain',
      subject: target.address,
      evidence: [
        `the kernel remembers a path MTU of ${mtu.path}`,
        `MTU of ${link.name}: ${mtu.interface}${mtu.route === undefined ? '' : `, of the route: ${mtu.route}`}`,
      ],
      cause:
        'A router on the way said that a packet was too big; a tunnel or an overlay is usually behind it. As long as such messages come through, this does no harm; where they are filtered, large answers hang.',
      fix: [
        {
          text: 'Compare with what gets through without fragments.',
          command: `ping -M do -s ${mtu.path - (target.family === 4 ? 28 : 48)} ${target.address}`,
        },
        {
          text: 'Allow ICMP type 3 code 4, and ICMPv6 type 2, in every firewall on the way, or clamp the MSS.',
        },
      ],
    })
  },
}
