import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass } from '../finding.ts'
import type { Check } from '../judge.ts'
import { isGroupRoute } from '../link-layer.ts'

/** What the kernel means by each refusal of a route look-up. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENETUNREACH: 'no route of this host holds the address',
  EHOSTUNREACH: 'a route of type "unreachable" holds the address',
  EACCES: 'a route or rule of type "prohibit" holds the address',
  EINVAL: 'a route or rule of type "blackhole" holds the address',
}

export const route: Check<LinkFacts> = {
  id: 'route',
  title: 'this host has a route to the address',
  evaluate: ({ route, target, interfacesGiven }): CheckOutcome => {
    if (isGroupRoute(route)) return broadcast(target.address, route)
    if (route.found) return pass([wayText(route), ...extras(route)].join('; '))
    const reason = REFUSALS[route.code ?? ''] ?? 'the kernel refuses it'
    const family = target.family === 6 ? '-6 ' : ''
    return fail({
      code: 'F14',
      title: `This host has no route to ${target.address}.`,
      // Frames can still be sent by an interface that the user names.
      severity: interfacesGiven ? 'info' : 'error',
      confidence: 'certain',
      subject: target.address,
      evidence: [
        `the kernel answers a route look-up with ${route.code ?? 'an error'}: ${reason}`,
        ...extras(route),
      ],
      cause:
        'Connections fail before anything is sent. The subnet of the address is on no interface of this host, and there is no default route, or a rule forbids it.',
      fix: [
        { text: 'See what the kernel decides.', command: `ip ${family}route get ${target.address}` },
        {
          text: 'On a host of the segment, give the interface an address of that subnet; elsewhere, add a route by the router that is on the segment.',
          command: `ip ${family}route add ${target.address}/${target.family === 4 ? 32 : 128} via ROUTER`,
        },
        { text: 'To ask on the link all the same, name the interface with --interface.' },
      ],
    })
  },
}

function broadcast(address: string, { type, interface: on, onLink }: LinkFacts['route']): CheckOutcome {
  const subnet = onLink[0]?.prefix
  return fail({
    code: 'F12',
    title: `${address} is a ${type} address: no single host can have it.`,
    severity: 'error',
    confidence: 'certain',
    subject: address,
    evidence: [
      `the route to it is of type ${type} on ${on ?? 'an interface'}${subnet === undefined ? '' : `, in the subnet ${subnet}`}`,
      'nothing was sent',
    ],
    cause: 'Hosts of the subnet take packets for it as meant for all of them, and do not connect to it.',
    fix: [
      {
        text: 'Take the address out of the pool: split the range, or set avoidBuggyIPs for addresses that end in .0 and .255.',
      },
    ],
  })
}

type RouteFacts = LinkFacts['route']

function wayText({ type, interface: on, gateway, source, mtu, table }: RouteFacts): string {
  if (type === 'local') return 'the address is one of this host'
  const way =
    gateway === undefined
      ? `on the link of ${on ?? 'an interface'}`
      : `through ${gateway} on ${on ?? 'an interface'}`
  const rest = [
    source === undefined ? [] : `source ${source}`,
    mtu === undefined ? [] : `MTU ${mtu}`,
    table === undefined || table === 254 ? [] : `table ${table}`,
  ].flat()
  return [way, ...rest].join(', ')
}

function extras({ onLink, rules, interface: chosen }: RouteFacts): string[] {
  const others = onLink.filter((each) => each.interface !== chosen)
  return [
    ...others.map((each) => `${each.prefix} is on the link of ${each.interface}, too`),
    ...(rules.length === 0 ? [] : [`policy rules: ${rules.join(', ')}`]),
  ]
}
