import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import { icmpMeaning } from '../../icmp-meaning.ts'
import type { Check } from '../../judge.ts'
import { obstacleOf } from '../../link-layer.ts'
import { macWithOrigin } from '../../mac-vendors.ts'
import type { RouteDiagnosisFacts } from '../route-facts.ts'

const GAVE_UP: readonly string[] = ['failed', 'incomplete']

export const nextHop: Check<RouteDiagnosisFacts> = {
  id: 'next-hop',
  title: 'the next hop can be reached on the link',
  evaluate: (facts): CheckOutcome => {
    const { nextHop: hop, interface: link, neighbours, target } = facts
    if (hop === undefined || link === undefined) return skip('there is no next hop')
    const obstacle = obstacleOf(link)
    if (obstacle === 'down' || obstacle === 'no-carrier') return downLink(facts, link.name, obstacle)
    if (obstacle !== undefined) return pass(`${link.name} needs no hardware address`)
    const entry = neighbours.find((each) => each.interface === link.name)
    if (entry === undefined)
      return pass(`${hop.address}, not asked for yet: the kernel has no neighbour entry`)
    if (!GAVE_UP.includes(entry.state))
      return pass(
        `${hop.address} is ${entry.mac === undefined ? 'there' : `at ${macWithOrigin(entry.mac)}`} (${entry.state})`,
      )
    const isGateway = hop.role === 'gateway'
    const command = target.family === 4 ? 'arp' : 'ndp'
    return fail({
      code: isGateway ? 'F14' : 'F01',
      title: isGateway
        ? `The gateway ${hop.address} does not answer on ${link.name}: nothing behind it can be reached.`
        : `Nobody on ${link.name} answers for ${hop.address}.`,
      severity: 'error',
      confidence: 'likely',
      subject: hop.address,
      evidence: [`neighbour entry on ${link.name}: ${entry.state}`, ...ownVerdict(facts)],
      cause: isGateway
        ? 'The route names a router that is not on this link, is down, or has another address by now. Connections end in "No route to host" (EHOSTUNREACH) after some 3 seconds.'
        : 'Nobody announces the address on this link, or the questions are lost. Connections end in "No route to host" (EHOSTUNREACH) after some 3 seconds, though the route is there.',
      fix: [{ text: 'Find out why.', command: `lbctl diagnose ${command} ${hop.address}` }],
      candidates: isGateway ? ['F15', 'F16'] : ['F08', 'F03', 'F15', 'F16', 'F23'],
    })
  },
}

/** A firewall's "No route to host" carries the firewall's address; this one carries ours. */
function ownVerdict({ reach }: RouteDiagnosisFacts): string[] {
  if (reach?.icmp === undefined || !reach.icmp.fromOurselves) return []
  const { code, elapsedMs, icmp } = reach
  return [
    `connect: ${code ?? 'failed'} after ${milliseconds(elapsedMs)}, ${icmpMeaning(icmp).words} from ${icmp.sender}, which is this host: no firewall and no router has said anything`,
  ]
}

function downLink(facts: RouteDiagnosisFacts, name: string, obstacle: 'down' | 'no-carrier'): CheckOutcome {
  const words = obstacle === 'down' ? 'is down' : 'has no carrier'
  return fail({
    code: 'F14',
    title: `The route to ${facts.target.address} leads through ${name}, which ${words}.`,
    severity: 'error',
    confidence: 'certain',
    subject: name,
    evidence: [`${name} ${words}`],
    cause: 'What is sent there is lost.',
    fix: [{ text: `See to ${name}: cable, switch port, driver.`, command: `ip -s link show ${name}` }],
  })
}
