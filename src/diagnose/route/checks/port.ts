import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, type FindingDraft, fail, pass, skip, unknown } from '../../finding.ts'
import { icmpMeaning } from '../../icmp-meaning.ts'
import type { Check } from '../../judge.ts'
import type { RouteDiagnosisFacts, RouteReach } from '../route-facts.ts'

export const port: Check<RouteDiagnosisFacts> = {
  id: 'port',
  title: 'the port can be reached',
  evaluate: (facts): CheckOutcome => {
    const { reach, route } = facts
    if (reach === undefined) return skip('no port was named (--port)')
    const where = placeOf(facts, reach)
    if (reach.result === 'connected')
      return pass(
        `${where}, ${reach.protocol === 'tcp' ? 'connected' : 'answered'} in ${milliseconds(reach.elapsedMs)}`,
      )
    if (!route.found) return skip(`${reach.code ?? 'an error'} of this host itself: see the route`)
    if (reach.icmp !== undefined && !reach.icmp.fromOurselves) return byIcmp(facts, reach, reach.icmp)
    if (reach.result === 'silent') return silent(facts, reach)
    return byErrno(facts, reach)
  },
}

const placeOf = ({ target }: RouteDiagnosisFacts, { port: number, protocol }: RouteReach): string =>
  `${target.address} port ${number}/${protocol}`

type Icmp = NonNullable<RouteReach['icmp']>

const icmpText = ({ family, type, code, sender }: Icmp): string =>
  `ICMP${family === 6 ? 'v6' : ''} type ${type} code ${code} (${icmpMeaning({ family, type, code }).words}) from ${sender ?? 'an unknown sender'}`

const common = (facts: RouteDiagnosisFacts, reach: RouteReach) =>
  ({
    severity: 'error',
    subject: placeOf(facts, reach),
    evidence: [
      `${reach.protocol === 'tcp' ? 'connect' : 'datagram'}: ${reach.code ?? 'no answer'} after ${milliseconds(reach.elapsedMs)}`,
      ...(reach.icmp === undefined ? [] : [icmpText(reach.icmp)]),
    ],
  }) satisfies Partial<FindingDraft>

const endpoints = {
  text: 'See whether the Service has the port and ready endpoints.',
  command: 'kubectl get services,endpointslices -A',
} as const

/** An ICMP error that came over the wire; its sender is who refused. */
function byIcmp(facts: RouteDiagnosisFacts, reach: RouteReach, icmp: Icmp): CheckOutcome {
  const { kind, words } = icmpMeaning(icmp)
  const sender = icmp.sender ?? 'an unknown sender'
  const where = placeOf(facts, reach)
  const base = common(facts, reach)
  switch (kind) {
    case 'prohibited':
      return fail({
        ...base,
        code: 'F34',
        title: `A firewall rejects ${where}: ${words} from ${sender}.`,
        confidence: 'certain',
        cause: `${errnoWords(reach.code)} does not mean a missing route here: ${sender} got the packet and refused it, as firewalld does by default.`,
        fix: [
          {
            text: `On ${sender}, open the port in firewalld,`,
            command: `firewall-cmd --permanent --add-port=${reach.port}/${reach.protocol} && firewall-cmd --reload`,
          },
          { text: 'or find the rule that rejects.', command: 'nft list ruleset | grep -n reject' },
        ],
      })
    case 'port':
      return fail({
        ...base,
        code: 'F08',
        title: `${sender} says that nobody listens on ${where}.`,
        confidence: 'likely',
        cause:
          reach.protocol === 'udp'
            ? 'No program has the port there; kube-proxy rejects packets to a Service without ready endpoints in the same way.'
            : 'A closed TCP port is refused by a reset. ICMP is how kube-proxy rejects connections to a Service without ready endpoints, and how some firewalls reject.',
        fix: [endpoints],
        candidates: ['F28', 'F34'],
      })
    case 'host':
    case 'net':
      return fail({
        ...base,
        code: 'F14',
        title: `${sender} cannot deliver to ${facts.target.address}: ${words}.`,
        confidence: 'likely',
        cause:
          kind === 'host'
            ? `${sender} is on the way, asked for the address on its segment, and got no answer.`
            : `${sender} is on the way, and has no route for the address.`,
        fix: [
          {
            text: `Look at the routes and the neighbour table of ${sender}, and ask on the segment that the address is on.`,
          },
        ],
        candidates: kind === 'host' ? ['F01', 'F34', 'F43'] : ['F43', 'F34'],
      })
    case 'other':
      return unknown(`${where} could not be reached: ${icmpText(icmp)}.`)
  }
}

const errnoWords = (code: string | undefined): string =>
  code === 'EHOSTUNREACH'
    ? '"No route to host"'
    : code === 'ENETUNREACH'
      ? '"Network is unreachable"'
      : (code ?? 'The error')

function silent(facts: RouteDiagnosisFacts, reach: RouteReach): CheckOutcome {
  const where = placeOf(facts, reach)
  if (isUnresolved(facts)) return skip('no answer, because the next hop does not answer either')
  if (reach.protocol === 'udp')
    return unknown(
      `Nothing came back from ${where} within ${milliseconds(reach.elapsedMs)}; for UDP that may be as it should be.`,
    )
  return fail({
    ...common(facts, reach),
    code: 'F28',
    title: `Connections to ${where} get no answer at all.`,
    confidence: 'possible',
    cause:
      'The packets are swallowed: a firewall drops them, the node has no local endpoint for externalTrafficPolicy Local, or the answer takes another way and is lost. A program sees ETIMEDOUT after two minutes.',
    fix: [
      {
        text: 'See the policy of the Service and where its endpoints are.',
        command: 'kubectl get services,endpointslices -A -o wide',
      },
      {
        text: 'On the node that has the address, look at the way back to this host.',
        command: `lbctl diagnose route ${facts.target.address} --from ${facts.route.source ?? 'CLIENT'}`,
      },
    ],
    candidates: ['F30', 'F34', 'F31', 'F32', 'F33'],
  })
}

const isUnresolved = ({ neighbours, interface: link }: RouteDiagnosisFacts): boolean =>
  neighbours.some((each) => each.interface === link?.name && ['failed', 'incomplete'].includes(each.state))

/** No ICMP from elsewhere: a reset, or this host's own decision. */
function byErrno(facts: RouteDiagnosisFacts, reach: RouteReach): CheckOutcome {
  const { icmp, code } = reach
  const where = placeOf(facts, reach)
  const base = common(facts, reach)
  if (code === 'ECONNREFUSED' && icmp === undefined)
    return fail({
      ...base,
      code: 'F08',
      title: `${where} refuses connections.`,
      confidence: 'possible',
      evidence: [...base.evidence, 'a TCP reset, not ICMP: the machine that has the address says so itself'],
      cause:
        'Whoever has the address is up, but does not serve this port: the Service has no ready endpoint, the port is another one, or the machine is not the one that you think.',
      fix: [
        endpoints,
        { text: 'See who has the address.', command: `lbctl diagnose arp ${facts.target.address}` },
      ],
      candidates: ['F11', 'F28', 'F18'],
    })
  const kind = icmp === undefined ? undefined : icmpMeaning(icmp).kind
  if (
    kind === 'prohibited' ||
    kind === 'port' ||
    code === 'EPERM' ||
    (code === 'EACCES' && icmp === undefined)
  )
    return fail({
      ...base,
      code: 'F34',
      title: `The firewall of this host does not let packets to ${where} out.`,
      confidence: 'likely',
      evidence: [...base.evidence, 'the error was made on this host: nothing came over the wire'],
      cause:
        'A rule in the output chain rejects or drops them, or a policy of this machine forbids the program to send.',
      fix: [{ text: 'Find the rule.', command: 'nft list ruleset | grep -n -e reject -e drop' }],
    })
  if (code === 'EHOSTUNREACH')
    return isUnresolved(facts)
      ? skip(
          '"No route to host", because the next hop does not answer: this host says so itself, no firewall does',
        )
      : fail({
          ...base,
          code: 'F01',
          title: `Nobody answers for ${facts.nextHop?.address ?? facts.target.address}: this host gave up by itself.`,
          confidence: 'likely',
          cause:
            'The kernel asked for the hardware address of the next hop, got no answer, and says "No route to host". No firewall and no router has said anything.',
          fix: [
            {
              text: 'Find out why nobody answers.',
              command: `lbctl diagnose ${facts.target.family === 4 ? 'arp' : 'ndp'} ${facts.target.address}`,
            },
          ],
        })
  return unknown(`${where} could not be reached: ${code ?? 'an error'}, and nothing says why.`)
}
