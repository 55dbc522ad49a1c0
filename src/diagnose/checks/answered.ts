import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, unknown } from '../finding.ts'
import type { Check } from '../judge.ts'
import { macWithOrigin } from '../mac-vendors.ts'
import {
  interfacesText,
  milliseconds,
  ownerRounds,
  ownersOf,
  ownerText,
  probesSent,
  protocolOf,
  roundText,
} from './answers.ts'

export const answered: Check<LinkFacts> = {
  id: 'answered',
  title: 'somebody answers for the address',
  evaluate: (facts): CheckOutcome => {
    if (facts.own !== undefined && !facts.own.dadFailed)
      return unknown(
        `${facts.target.address} is an address of this host, which cannot ask itself: run this on another host of the segment.`,
      )
    if (probesSent(facts) === 0 && facts.kernelResolution === undefined)
      return unknown('Nothing was sent: see the route and the interface.')
    const owners = ownersOf(facts)
    if (owners.length > 0) return someone(facts, owners.map(ownerText))
    const resolved = facts.kernelResolution
    if (resolved !== undefined && resolved.state === 'none')
      return unknown(
        'The kernel did not ask for the address, and without CAP_NET_RAW lbctl cannot ask itself.',
      )
    return facts.examined.role === 'gateway' ? silentGateway(facts) : nobody(facts)
  },
}

function someone(facts: LinkFacts, owners: readonly string[]): CheckOutcome {
  const { examined, target, reach, kernelResolution: resolved } = facts
  if (resolved !== undefined && ['stale', 'delay', 'probe'].includes(resolved.state))
    return unknown(
      `The kernel has an older entry for ${examined.address} (${resolved.mac ?? 'no address'}, ${resolved.state}) and did not confirm it.`,
    )
  if (examined.role === 'target') return pass(owners.join(' and '))
  if (reach?.result === 'connected') return pass(`the gateway ${examined.address}: ${owners.join(' and ')}`)
  return unknown(
    `The gateway ${examined.address} answers (${owners.join(' and ')}), but who has ${target.address} behind it cannot be seen from here.`,
  )
}

const evidenceOf = (facts: LinkFacts): string[] => {
  const after = facts.neighbourAfter.filter(({ address }) => address === facts.examined.address)
  const resolved = facts.kernelResolution
  return [
    ...ownerRounds(facts).map(roundText),
    ...(resolved === undefined
      ? []
      : [
          `the kernel asked for ${milliseconds(resolved.elapsedMs)}: its neighbour entry is ${resolved.state}`,
        ]),
    ...after.map(
      ({ interface: on, state, mac }) =>
        `neighbour entry on ${on}: ${state}${mac === undefined ? '' : `, ${macWithOrigin(mac)}`}`,
    ),
  ]
}

function silentGateway(facts: LinkFacts): CheckOutcome {
  const { examined, target, route } = facts
  return fail({
    code: 'F14',
    title: `The gateway ${examined.address} does not answer on ${interfacesText(facts)}: nothing behind it can be reached.`,
    severity: 'error',
    confidence: 'likely',
    subject: examined.address,
    evidence: [
      `route to ${target.address}: through ${examined.address} on ${route.interface ?? 'an interface'}`,
      ...evidenceOf(facts),
    ],
    cause: 'The route names a router that is not on this link, is down, or has another address by now.',
    fix: [
      {
        text: 'Compare the gateway with what the router has, and correct the route.',
        command: `ip route get ${target.address}`,
      },
    ],
  })
}

function nobody(facts: LinkFacts): CheckOutcome {
  const { address } = facts.examined
  const radio = facts.interfaces.find(({ wireless }) => wireless)
  const common = {
    severity: 'error',
    subject: address,
    evidence: [...evidenceOf(facts), ...fabric(facts)],
    notTested: [
      'whether the question arrives where the address should be: capture there without promiscuous mode',
    ],
  } as const
  if (radio !== undefined)
    return fail({
      ...common,
      code: 'F15',
      title: `Nobody answers for ${address} on ${interfacesText(facts)}, which is wireless.`,
      confidence: 'possible',
      cause:
        'Access points and wireless cards drop broadcast ARP: clients are kept apart, or the answering node is wireless itself.',
      fix: [
        { text: 'Ask from a wired host of the segment first.' },
        { text: 'If the node is wireless, give it a wire, or announce with BGP.' },
      ],
      candidates: ['F01', 'F08', 'F23'],
    })
  return fail({
    ...common,
    code: 'F01',
    title: `Nobody answers for ${address} on ${interfacesText(facts)}.`,
    confidence: 'possible',
    cause: `No host of this link announces it, or the ${protocolOf(facts)} frames are lost on the way. For the address of a Service, most often: no L2Advertisement selects its pool, no node is left to announce it (label, selector or interface), or the Service has no ready endpoint.`,
    fix: [
      {
        text: 'See who announces it; nobody is listed when nobody does.',
        command: 'kubectl get servicel2statuses.metallb.io -A',
      },
      {
        text: 'See whether an L2Advertisement selects the pool.',
        command: 'kubectl get ipaddresspools,l2advertisements -n metallb-system -o yaml',
      },
      { text: 'See whether the Service has ready endpoints.', command: 'kubectl get endpointslices -A' },
      {
        text: 'If all that is well, capture on the announcing node: does the question arrive, does the answer leave?',
      },
    ],
    candidates: [
      'F08',
      'F03',
      'F23',
      ...(fabric(facts).length > 0 ? ['F16'] : []),
      ...(facts.target.family === 6 ? ['F27'] : []),
      'F14',
      'F24',
      'F26',
    ],
  })
}

/** What may drop frames of addresses that it does not know. */
function fabric({ host, interfaces }: LinkFacts): string[] {
  const driver = interfaces.find(({ virtualDriver }) => virtualDriver !== undefined)
  if (driver === undefined) return []
  const platform = host.virtualPlatform === undefined ? '' : ` of ${host.virtualPlatform}`
  return [
    `${driver.name} is a virtual card (${driver.virtualDriver})${platform}, whose switch may drop foreign addresses`,
  ]
}
