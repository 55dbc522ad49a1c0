// What programs print in the user's terminal for this outcome, and what the words mean here (failure-modes.md §3.2). The pages of
// docs/errors say what they can mean elsewhere.
import { formatIp, parseIp } from '../../net/ip.ts'
import { icmpMeaning } from '../icmp-meaning.ts'
import type { RouteDiagnosisFacts } from '../route/route-facts.ts'
import { decisive, type EndpointFacts, resultOf } from './endpoint-facts.ts'

export interface TerminalWords {
  /** page of docs/errors: `EHOSTUNREACH`; undefined: there is none */
  readonly page: string | undefined
  readonly words: string
  /** a whole sentence */
  readonly meaning: string
}

export function terminalWords(facts: EndpointFacts): readonly TerminalWords[] {
  const { name } = facts
  if (name.result === 'failed') return [nameWords(name.code)]
  const attempt = decisive(facts)
  if (attempt === undefined) return []
  const { result, code } = resultOf(attempt)
  if (result === 'connected') return []
  const { route } = attempt
  const words = result === 'silent' ? timedOut(route) : errorWords(code, route)
  return [...(words === undefined ? [] : [words]), ...neighbourWords(route)]
}

const nameWords = (code: string): TerminalWords =>
  code === 'EAI_AGAIN' || code === 'timeout'
    ? {
        page: undefined,
        words: 'Temporary failure in name resolution',
        meaning: 'No name server answered. It says nothing about the name, and nothing about the Service.',
      }
    : {
        page: undefined,
        words: 'Could not resolve host, Name or service not known',
        meaning: 'The name servers answered that there is no such name. No connection was tried.',
      }

const isUnresolved = (route: RouteDiagnosisFacts | undefined): boolean =>
  route?.neighbours.some(({ state }) => state === 'failed' || state === 'incomplete') === true

function timedOut(route: RouteDiagnosisFacts | undefined): TerminalWords {
  return {
    page: 'ETIMEDOUT',
    words: 'Connection timed out',
    meaning: isUnresolved(route)
      ? 'The next hop had not answered yet when the time was over: a longer time ends in "No route to host".'
      : 'The request left, and neither an answer nor a refusal came back: packets are dropped, on the way there or on the way back.',
  }
}

function errorWords(
  code: string | undefined,
  route: RouteDiagnosisFacts | undefined,
): TerminalWords | undefined {
  switch (code) {
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return { page: 'EHOSTUNREACH', words: 'No route to host', meaning: unreachable(route) }
    case 'ECONNREFUSED':
      return { page: 'ECONNREFUSED', words: 'Connection refused', meaning: refused(route) }
    case 'ENETUNREACH':
      return { page: 'ENETUNREACH', words: 'Network is unreachable', meaning: network(route) }
    case 'ETIMEDOUT':
      return timedOut(route)
    case 'EACCES':
      return {
        page: 'EACCES',
        words: 'Permission denied',
        meaning: 'A route, a rule or a firewall of this host forbids it. No right of the program is missing.',
      }
    case 'EPERM':
      return {
        page: 'EPERM',
        words: 'Operation not permitted',
        meaning: 'The firewall of this host does not let the packet out.',
      }
    default:
      return undefined
  }
}

/** The kernel says EHOSTUNREACH for ICMP errors of firewalls and routers, and by itself when the next hop is silent. */
function unreachable(route: RouteDiagnosisFacts | undefined): string {
  if (route === undefined)
    return 'There was a route. Either nobody on the link answered for the next hop, or a firewall or router sent an ICMP error; this system does not say which. After some three seconds it is the first, at once mostly the second.'
  if (!route.route.found)
    return 'Nothing was sent: a route of type "unreachable" of this host holds the address.'
  const { icmp } = route.reach ?? {}
  if (icmp !== undefined && !icmp.fromOurselves) {
    const { kind, words } = icmpMeaning(icmp)
    const sender = senderOf(icmp.sender)
    return kind === 'prohibited'
      ? `The words mislead: the way is there. A firewall at ${sender} got the packet and refused it (${words}).`
      : `The route of this host was right. ${sender} on the way could not deliver the packet (${words}).`
  }
  const hop = route.nextHop
  const what =
    hop === undefined ? 'the next hop' : hop.role === 'gateway' ? `the gateway ${hop.address}` : hop.address
  return `The words mislead: the route is there. Nobody on ${route.route.interface ?? 'the link'} answered when this host asked who has ${what}, so nothing was sent. No firewall and no router has said anything.`
}

function refused(route: RouteDiagnosisFacts | undefined): string {
  const { icmp } = route?.reach ?? {}
  if (icmp?.fromOurselves === true) return 'The firewall of this host refused it; nothing was sent.'
  if (icmp !== undefined)
    return `The way works: ${senderOf(icmp.sender)} answered that nobody listens (ICMP). kube-proxy does so for a Service without ready endpoints, and some firewalls do.`
  return route === undefined
    ? 'The way works: a machine answered, and it refused. Nobody listens on the port there, or a firewall says so.'
    : 'The way works: a machine that has the address answered with a reset. Nobody listens on the port there; whether it is the right machine, the words do not say.'
}

function network(route: RouteDiagnosisFacts | undefined): string {
  const { icmp } = route?.reach ?? {}
  if (icmp !== undefined && !icmp.fromOurselves)
    return `${senderOf(icmp.sender)} on the way has no route to the address; this host has one.`
  return 'No route of this host leads to the address, and there is no default route for its family. Nothing was sent.'
}

const senderOf = (sender: string | undefined): string => {
  const parsed = sender === undefined ? undefined : parseIp(sender)
  return parsed === undefined ? 'Somebody' : formatIp(parsed)
}

const neighbourWords = (route: RouteDiagnosisFacts | undefined): readonly TerminalWords[] =>
  isUnresolved(route)
    ? [
        {
          page: 'INCOMPLETE',
          words: '(incomplete)',
          meaning: `What arp -n shows for ${route?.nextHop?.address ?? 'the next hop'}: this host asked for its hardware address and got no answer (ip neigh: INCOMPLETE, then FAILED).`,
        },
      ]
    : []
