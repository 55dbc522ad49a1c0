import { type CheckOutcome, type Fix, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { ReplyRoute, ReturnPathFacts, RouteDiagnosisFacts } from '../route-facts.ts'

const REFUSED: Readonly<Record<string, string>> = {
  unreachable: 'a route of type "unreachable" holds it',
  prohibit: 'a route or rule of type "prohibit" holds it',
  blackhole: 'a route or rule of type "blackhole" holds it',
}

export const returnRoute: Check<RouteDiagnosisFacts> = {
  id: 'return-path',
  title: 'the answer to the client leaves where the request came in',
  evaluate: (facts): CheckOutcome => {
    const { returnPath } = facts
    if (returnPath === undefined) return skip('no client was named (--from)')
    const { reply, arrival, client } = returnPath
    if (reply.uncertain !== undefined)
      return unknown(
        `The way back to ${client} hangs on the rule "${reply.uncertain}", which lbctl cannot follow.`,
      )
    if (!reply.found) return noWayBack(facts, returnPath)
    if (reply.type === 'local') return skip(`${client} is an address of this host`)
    if (!reply.interfaces.includes(arrival.interface)) return otherInterface(facts, returnPath)
    return shortCut(facts, returnPath) ?? pass(`${replyText(reply)}; ${ruleOf(reply)}`)
  },
}

export const replyText = ({ interface: on, gateway, interfaces }: ReplyRoute): string =>
  `${gateway === undefined ? 'straight' : `through ${gateway}`} on ${interfaces.length > 1 ? interfaces.join(' or ') : (on ?? 'an interface')}`

const ruleOf = ({ decidedBy }: ReplyRoute): string =>
  decidedBy === undefined
    ? 'no rule leads to a route'
    : `rule "${decidedBy.rule}", route "${decidedBy.route}"`

/** Routes of pods are chosen before their address is turned back into the Service's. */
const PODS =
  'the way of answers that come from pods: the kernel routes them by the address of the pod, so a rule "from" the address of the Service does not apply to them'

function noWayBack(
  { target }: RouteDiagnosisFacts,
  { client, reply, rpFilter, arrival }: ReturnPathFacts,
): CheckOutcome {
  const six = target.family === 6 ? '-6 ' : ''
  return fail({
    code: 'F30',
    title: `This host has no way back to ${client}: ${REFUSED[reply.type ?? ''] ?? 'no route holds it'}.`,
    severity: 'error',
    confidence: 'certain',
    subject: client,
    evidence: [
      `route look-up for ${client} from ${target.address}: ${ruleOf(reply)}`,
      ...(rpFilter.drops
        ? [
            `for the same reason rp_filter on ${arrival.interface} (${rpFilter.mode}) does not let its requests in`,
          ]
        : []),
    ],
    cause: 'The request may come in, but no answer can leave: the client sees a time-out.',
    fix: [
      refusalFix(reply, six) ?? {
        text: 'Add a route to the client by the router that its requests come from.',
        command: `ip ${six}route add ${client}/${target.family === 4 ? 32 : 128} via ROUTER`,
      },
    ],
    notTested: [PODS],
  })
}

const MAIN_TABLE = 254

/** For what was set up to refuse the client; undefined: nothing was. */
function refusalFix({ type, decidedBy }: ReplyRoute, six: string): Fix | undefined {
  if (decidedBy === undefined || REFUSED[type ?? ''] === undefined) return undefined
  const { rule, route, table } = decidedBy
  const priority = /^\d+/.exec(rule)?.[0]
  if (table === 0)
    return priority === undefined
      ? undefined
      : { text: 'Remove the rule, if it is not meant.', command: `ip ${six}rule del priority ${priority}` }
  return {
    text: 'Remove the route, if it is not meant.',
    command: `ip ${six}route del ${route}${table === MAIN_TABLE ? '' : ` table ${table}`}`,
  }
}

function otherInterface(
  { target }: RouteDiagnosisFacts,
  { client, reply, arrival }: ReturnPathFacts,
): CheckOutcome {
  const six = target.family === 6 ? '-6 ' : ''
  return fail({
    code: 'F30',
    title: `The answer to ${client} leaves ${replyText(reply)}, but the request comes in on ${arrival.interface}.`,
    severity: 'warning',
    confidence: arrival.how === 'given' ? 'certain' : 'likely',
    subject: client,
    evidence: [
      `request: on ${arrival.interface} (${arrival.how})`,
      `answer: ${replyText(reply)}; ${ruleOf(reply)}`,
    ],
    cause:
      'The two directions take different ways. Switches and hosts put up with it; firewalls that watch connections, filters against forged senders and the reverse path filter do not.',
    fix: [
      {
        text: `Let answers from the subnet of ${target.address} leave by ${arrival.interface}.`,
        command: `ip ${six}rule add from ${target.address} lookup 100 && ip ${six}route add default via ROUTER dev ${arrival.interface} table 100`,
      },
      { text: 'Or give the client a route of its own by that interface, or learn routes by BGP (frr-k8s).' },
    ],
    notTested: [PODS],
    candidates: ['F31'],
  })
}

/** The client is on a link of ours that the address is not on: its requests come by a router, and our answers do not. */
function shortCut(
  { own, route, target }: RouteDiagnosisFacts,
  { client, reply, arrival }: ReturnPathFacts,
): CheckOutcome | undefined {
  const targetOnSameLink = route.onLink.some((each) => each.interface === reply.interface)
  const ownThere =
    own !== undefined &&
    own.interface === reply.interface &&
    own.prefixLength < (target.family === 4 ? 32 : 128)
  if (reply.gateway !== undefined || targetOnSameLink || ownThere) return undefined
  return fail({
    code: 'F31',
    title: `${client} is on the link of ${arrival.interface}, but ${target.address} is not: requests come by a router, answers go straight.`,
    severity: 'warning',
    confidence: 'likely',
    subject: client,
    evidence: [
      `answer: ${replyText(reply)}; ${ruleOf(reply)}`,
      `no subnet of ${arrival.interface} holds ${target.address}`,
    ],
    cause:
      'A firewall between the client and the nodes sees half of each connection and drops the rest: pages load slowly, connections hang, ICMP redirects are seen.',
    fix: [
      { text: 'Put the nodes on a network of their own, so that both directions pass the router.' },
      {
        text: 'Or let the firewall pass traffic that leaves by the interface that it came in by (pfSense: bypass rules for the same interface, sloppy state).',
      },
    ],
    candidates: ['F30'],
  })
}
