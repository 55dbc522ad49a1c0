// Sockets of BGP on a host: who has which session.
import { type Ip, parseIp, sameIp } from '../../net/ip.ts'
import type { HostFacts, HostSession } from './host-facts.ts'

export interface End {
  readonly address: Ip
  readonly port: number
}

/** `192.0.2.1:179`, `[2001:db8::1]:179` */
export function endOf(text: string): End | undefined {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? []
  const address = parseIp(six ?? four ?? '')
  return address === undefined ? undefined : { address, port: Number(port) }
}

/** Established ones, whichever side opened them. */
export const sessionsWith = ({ sessions }: HostFacts, router: Ip): readonly HostSession[] =>
  sessions.filter(({ state, remote }) => {
    const end = endOf(remote)
    return state === 'established' && end !== undefined && sameIp(end.address, router)
  })

export const hasSessionWith = (host: HostFacts, router: Ip, port: number): boolean =>
  sessionsWith(host, router).some(({ remote }) => endOf(remote)?.port === port)
