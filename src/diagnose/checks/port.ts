import type { LinkFacts, ReachFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip, unknown } from '../finding.ts'
import { icmpMeaning } from '../icmp-meaning.ts'
import type { Check } from '../judge.ts'
import { milliseconds, ownersOf } from './answers.ts'

export const port: Check<LinkFacts> = {
  id: 'port',
  title: 'a TCP connection to the port can be made',
  evaluate: (facts): CheckOutcome => {
    const { reach, target } = facts
    if (reach === undefined) return skip('no port was given (--port)')
    const where = `${target.address} port ${reach.port}`
    if (reach.result === 'connected') return pass(`${where}, connected in ${milliseconds(reach.elapsedMs)}`)
    if (reach.icmp !== undefined && !reach.icmp.fromOurselves) return refusedByIcmp(facts, reach, reach.icmp)
    if (reach.code === 'ECONNREFUSED') return refused(facts, reach)
    if (reach.result === 'silent') return silent(facts, reach)
    if (reach.code === 'EHOSTUNREACH' && ownersOf(facts).length === 0)
      return skip('"No route to host", because nobody answers for the address')
    if (reach.code === 'ENETUNREACH') return skip('"Network is unreachable": see the route')
    return unknown(
      `The connection to ${where} failed with ${reach.code ?? 'an error'}, and nothing says why.`,
    )
  },
}

type Icmp = NonNullable<ReachFacts['icmp']>

function refusedByIcmp(facts: LinkFacts, reach: ReachFacts, icmp: Icmp): CheckOutcome {
  const meaning = icmpMeaning(icmp)
  const sender = icmp.sender ?? 'an unknown sender'
  const where = `${facts.target.address} port ${reach.port}`
  const evidence = [
    `connect: ${reach.code ?? 'failed'} after ${milliseconds(reach.elapsedMs)}`,
    `ICMP${icmp.family === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code} (${meaning.words}) from ${sender}`,
    ...(facts.neighbourAfter.some(({ state }) => state === 'failed' || state === 'incomplete')
      ? []
      : ['the neighbour entry did not fail: the address was resolved']),
  ]
  const common = { severity: 'error', subject: where, evidence } as const
  if (meaning.kind === 'prohibited')
    return fail({
      ...common,
      code: 'F34',
      title: `A firewall rejects ${where}: ${meaning.words} from ${sender}.`,
      confidence: 'certain',
      cause: `The words "No route to host" do not mean a missing route here: ${sender} got the packet and refused it, as firewalld does by default.`,
      fix: [
        {
          text: `On ${sender}, open the port in firewalld,`,
          command: `firewall-cmd --permanent --add-port=${reach.port}/tcp && firewall-cmd --reload`,
        },
        { text: 'or find the rule that rejects.', command: 'nft list ruleset | grep -n reject' },
      ],
    })
  if (meaning.kind === 'port')
    return fail({
      ...common,
      code: 'F08',
      title: `${sender} says that nobody listens on ${where}.`,
      confidence: 'likely',
      cause: 'kube-proxy rejects connections to a Service without ready endpoints in this way.',
      fix: [
        { text: 'See whether the Service has ready endpoints.', command: 'kubectl get endpointslices -A' },
      ],
      candidates: ['F28', 'F34'],
    })
  return fail({
    ...common,
    code: 'F14',
    title: `${sender} cannot deliver to ${facts.target.address}: ${meaning.words}.`,
    confidence: 'likely',
    cause:
      meaning.kind === 'host'
        ? 'A router on the way has the segment of the address, asked there, and got no answer.'
        : 'A router on the way has no route for the address.',
    fix: [
      {
        text: `Look at the route and the ARP table of ${sender}, and ask on the segment that the address is on.`,
      },
    ],
    candidates: meaning.kind === 'host' ? ['F01', 'F43'] : ['F43'],
  })
}

const refused = ({ target, nodes }: LinkFacts, reach: ReachFacts): CheckOutcome =>
  fail({
    code: 'F08',
    title: `${target.address} refuses connections to port ${reach.port}.`,
    severity: 'error',
    confidence: 'possible',
    subject: `${target.address} port ${reach.port}`,
    evidence: [`connect: ECONNREFUSED after ${milliseconds(reach.elapsedMs)}, a TCP reset`],
    cause:
      'Whoever has the address is up, but does not serve this port: the Service has no ready endpoint, the port is another one, or the machine is not the one that you think.',
    fix: [
      {
        text: 'See whether the Service has the port and ready endpoints.',
        command: 'kubectl get services,endpointslices -A',
      },
      ...(nodes === undefined
        ? [{ text: 'Check with --nodes that the owner is a node of the cluster.' }]
        : []),
    ],
    candidates: ['F11', 'F28', 'F18'],
  })

function silent(facts: LinkFacts, reach: ReachFacts): CheckOutcome {
  const { target } = facts
  if (ownersOf(facts).length === 0) return skip('no answer either: nobody has the address')
  return fail({
    code: 'F28',
    title: `${target.address} is there, but connections to port ${reach.port} get no answer.`,
    severity: 'error',
    confidence: 'possible',
    subject: `${target.address} port ${reach.port}`,
    evidence: [`connect: nothing came back within ${milliseconds(reach.elapsedMs)}`],
    cause:
      'The link layer works and the packets are swallowed behind it: the node has no local endpoint for externalTrafficPolicy Local, a firewall drops, or the answer takes another way back.',
    fix: [
      {
        text: 'See the policy of the Service and where its endpoints are.',
        command: 'kubectl get services,endpointslices -A -o wide',
      },
      { text: 'Capture on the owner: does the SYN arrive, does an answer leave, and by which interface?' },
    ],
    candidates: ['F30', 'F34', 'F32', 'F31', 'F33'],
  })
}
