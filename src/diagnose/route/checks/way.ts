import { type CheckOutcome, fail, pass } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { tableName } from '../../rule-text.ts'
import type { RouteDiagnosisFacts } from '../route-facts.ts'

interface Refusal {
  readonly errno: string
  /** continues "…: " */
  readonly words: string
  readonly cause: string
}

/** What the kernel means by each refusal, and what a program gets to hear (errno(3)). */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENETUNREACH: {
    errno: 'ENETUNREACH, "Network is unreachable"',
    words: 'no route holds it, and there is no default route',
    cause:
      'No subnet of this host holds the address and there is no default route in the tables that the rules lead to.',
  },
  EHOSTUNREACH: {
    errno: 'EHOSTUNREACH, "No route to host"',
    words: 'a route of type "unreachable" holds it',
    cause:
      'Somebody put a route of type "unreachable" there: an administrator, or a routing daemon that covers a prefix that it announces.',
  },
  EACCES: {
    errno: 'EACCES, "Permission denied"',
    words: 'a route or rule of type "prohibit" holds it',
    cause: 'Somebody put a route or rule of type "prohibit" there. No right of the program is missing.',
  },
  EINVAL: {
    errno: 'EINVAL, "Invalid argument"',
    words: 'a route or rule of type "blackhole" holds it',
    cause:
      'Somebody put a route or rule of type "blackhole" there, often a routing daemon that covers a prefix that it announces.',
  },
}

const OTHER = (code: string | undefined): Refusal => ({
  errno: code ?? 'an error',
  words: 'the kernel refuses it',
  cause: 'The kernel refuses to route to the address.',
})

export const way: Check<RouteDiagnosisFacts> = {
  id: 'route',
  title: 'this host has a route to the address',
  evaluate: ({ route, target, decidedBy }): CheckOutcome => {
    if (route.found) return pass([wayText(route), ...decisionText(decidedBy, route)].join('; '))
    const { errno, words, cause } = REFUSALS[route.code ?? ''] ?? OTHER(route.code)
    const six = target.family === 6 ? '-6 ' : ''
    return fail({
      code: 'F14',
      title: `This host has no way to ${target.address}: ${words}.`,
      severity: 'error',
      confidence: 'certain',
      subject: target.address,
      evidence: [
        `the kernel answers a route look-up with ${errno}`,
        ...decisionText(decidedBy, route),
        ...(route.rules.length === 0 ? [] : [`policy rules: ${route.rules.join(', ')}`]),
      ],
      cause: `${cause} Connections fail at once, and nothing is sent.`,
      fix: [
        { text: 'See what the kernel decides.', command: `ip ${six}route get ${target.address}` },
        route.code === 'ENETUNREACH'
          ? {
              text: 'On a host of the segment, give the interface an address of that subnet; elsewhere, add a route by the router that is on the segment.',
              command: `ip ${six}route add ${target.address}/${target.family === 4 ? 32 : 128} via ROUTER`,
            }
          : {
              text: 'Find who put that route or rule there before it is deleted.',
              command: `ip ${six}route show table all to match ${target.address}; ip ${six}rule`,
            },
      ],
    })
  },
}

export function wayText({
  type,
  interface: on,
  gateway,
  source,
  mtu,
  table,
}: RouteDiagnosisFacts['route']): string {
  if (type === 'local') return 'the address is one of this host'
  if (type === 'broadcast') return `it is the broadcast address of ${on ?? 'an interface'}`
  const to =
    gateway === undefined
      ? `on the link of ${on ?? 'an interface'}`
      : `through ${gateway} on ${on ?? 'an interface'}`
  return [
    to,
    source === undefined ? [] : `source ${source}`,
    mtu === undefined ? [] : `MTU ${mtu}`,
    table === undefined || table === 254 ? [] : `table ${tableName(table)}`,
  ]
    .flat()
    .join(', ')
}

/** Which rule led to which route; undefined where it could not be retraced. */
function decisionText(
  decidedBy: RouteDiagnosisFacts['decidedBy'],
  { rules }: RouteDiagnosisFacts['route'],
): string[] {
  if (decidedBy === undefined) return rules.length === 0 ? [] : [`policy rules: ${rules.join(', ')}`]
  return [`rule "${decidedBy.rule}"${decidedBy.table === 0 ? '' : `, route "${decidedBy.route}"`}`]
}
