// The connection where only its outcome is known: on other systems, and where the kernel cannot be read.
import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, type FindingDraft, fail, pass, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { EndpointAttempt, PlainReach } from '../endpoint-facts.ts'

export interface PlainAttempt {
  readonly attempt: EndpointAttempt & { readonly plain: PlainReach }
  readonly port: number
}

type Draft = Omit<FindingDraft, 'severity' | 'subject' | 'evidence'>

export const plainPort: Check<PlainAttempt> = {
  id: 'port',
  title: 'the port can be reached',
  evaluate: ({ attempt, port }): CheckOutcome => {
    const { address, plain } = attempt
    const { result, code, elapsedMs } = plain
    const where = `${address} port ${port}/tcp`
    if (result === 'connected') return pass(`${where}, connected in ${milliseconds(elapsedMs)}`)
    const draft = draftOf(result === 'silent' ? 'ETIMEDOUT' : (code ?? ''), where, attempt)
    if (draft === undefined)
      return unknown(`${where} could not be reached: ${code ?? 'an error'}, and nothing says why.`)
    return fail({
      ...draft,
      severity: 'error',
      subject: where,
      evidence: [
        `connect: ${result === 'silent' ? 'no answer' : code} after ${milliseconds(elapsedMs)}`,
        ...(code === 'EHOSTUNREACH' && elapsedMs > 1000
          ? ['it took more than a second: ARP or NDP without an answer takes about three']
          : []),
      ],
    })
  },
}

function draftOf(code: string, where: string, { family, address }: EndpointAttempt): Draft | undefined {
  const ask = {
    text: 'On a Linux host of the same segment, find out who has the address.',
    command: `lbctl diagnose ${family === 4 ? 'arp' : 'ndp'} ${address}`,
  }
  const endpoints = {
    text: 'Where kubectl works, see whether the Service has the port and ready endpoints.',
    command: 'kubectl get services,endpointslices -A',
  }
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'F08',
        title: `${where} refuses connections.`,
        confidence: 'possible',
        cause:
          'Whoever has the address is up and refuses: the Service has no ready endpoint, the port is another one, or the machine is not the one that you think. A firewall can refuse in the same way.',
        fix: [endpoints, ask],
        candidates: ['F11', 'F28', 'F18', 'F34'],
      }
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return {
        code: 'F01',
        title: `Nobody answers for ${address}, or a firewall on the way rejects.`,
        confidence: 'possible',
        cause:
          'Either nobody on the link answers for the address, or a router or firewall sent an ICMP error. The neighbour table tells them apart.',
        fix: [ask],
        candidates: ['F34', 'F03', 'F15', 'F16', 'F08', 'F14'],
      }
    case 'ENETUNREACH':
      return {
        code: 'F14',
        title: `This host has no route to ${address}.`,
        confidence: 'likely',
        cause:
          'No subnet of this host holds the address and there is no default route for it. Nothing is sent.',
        fix: [{ text: 'Join the network or the VPN that leads there, or add a route.' }],
      }
    case 'ETIMEDOUT':
      return {
        code: 'F28',
        title: `Connections to ${where} get no answer at all.`,
        confidence: 'possible',
        cause:
          'The packets are swallowed: a firewall drops them, nobody has the address behind a router, the node has no local endpoint for externalTrafficPolicy Local, or the answer takes another way and is lost.',
        fix: [endpoints, ask],
        candidates: ['F01', 'F30', 'F34', 'F31', 'F32', 'F33'],
      }
    default:
      return undefined
  }
}
