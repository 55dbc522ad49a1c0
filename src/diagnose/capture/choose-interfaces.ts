// On which interfaces a capture listens.
import type { Link } from '../ports/tables.ts'

/** ARPHRD numbers whose frames begin with an Ethernet header. */
const ETHERNET = 1
const LOOPBACK = 772

export interface CaptureInterface {
  readonly name: string
  readonly index: number
  /** what this host sends comes back in on it: frames going out are left out, or each would be told twice */
  readonly loopback: boolean
}

export interface ChosenInterfaces {
  readonly interfaces: readonly CaptureInterface[]
  readonly leftOut: readonly LeftOutInterface[]
}

export interface LeftOutInterface {
  readonly name: string
  /** `not Ethernet`: most likely a tunnel (WireGuard, tun) that carries bare IP packets; there is no ARP on it */
  readonly reason: 'unknown' | 'down' | 'not Ethernet'
}

/** @param named empty: every interface that is up */
export function chooseInterfaces(links: readonly Link[], named: readonly string[]): ChosenInterfaces {
  const interfaces: CaptureInterface[] = []
  const leftOut: LeftOutInterface[] = []
  const wanted = named.length === 0 ? links.map((link) => link.name) : [...new Set(named)]
  for (const name of wanted) {
    const link = links.find((each) => each.name === name)
    const reason = link === undefined ? 'unknown' : whyNot(link)
    // An interface that is down is nothing to tell unless it was asked for.
    if (link === undefined || reason !== undefined) {
      if (named.length > 0 || reason === 'not Ethernet') leftOut.push({ name, reason: reason ?? 'unknown' })
    } else interfaces.push({ name, index: link.index, loopback: link.flags.loopback })
  }
  return { interfaces, leftOut }
}

function whyNot(link: Link): 'down' | 'not Ethernet' | undefined {
  if (!link.flags.up) return 'down'
  return link.hardwareType === ETHERNET || link.hardwareType === LOOPBACK ? undefined : 'not Ethernet'
}
