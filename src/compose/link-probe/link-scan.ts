// Asks on the links of this host, with the same scan as `diagnose pool`.
import type { ProbeFinding } from '../../controller/probe/ports.ts'
import { type ScanDependencies, type ScanResult, scan } from '../../diagnose/pool/scan.ts'
import type { Link, NetworkTables } from '../../diagnose/ports/tables.ts'
import { formatIp } from '../../net/ip.ts'
import type { ProbeTarget } from '../../speaker/probe/probe-plan.ts'

/**
 * RFC 5227 §2.1.1 asks three times, one to two seconds apart, and waits for two more: a host does this once in its life, before its link
 * may even be up. Our link has been up for long, and a Service waits. Three probes 200 ms apart and 400 ms for the last answer outlast a
 * frame that is lost and a host that is busy; one that answers later than that is found by the conflict detection of the speaker.
 */
const ROUNDS = 3
const LAST_ANSWER_MS = 400
/** On all links together. 42 bytes each, a third of a percent of a gigabit. */
const FRAMES_PER_SECOND = 1000
const ETHERNET = 1
/** kube-proxy puts the addresses of Services here, and answers for none of them. */
const NOT_ON_THE_WIRE = 'kube-ipvs0'

export type ScanGround = Pick<ScanDependencies, 'probes' | 'clock' | 'signal'> & {
  readonly tables: Pick<NetworkTables, 'links' | 'addresses'>
}

export async function ownMacs(tables: Pick<NetworkTables, 'links'>): Promise<readonly string[]> {
  return [...new Set((await tables.links()).flatMap(({ mac }) => mac ?? []))]
}

/** By text of the address. @throws LbctlError when the kernel refuses, and the reason of the signal */
export async function scanLinks(
  targets: readonly ProbeTarget[],
  { tables, ...ground }: ScanGround,
): Promise<ReadonlyMap<string, ProbeFinding>> {
  const findings = new Map<string, ProbeFinding>()
  if (targets.length === 0) return findings
  const links = await tables.links()
  const usable = new Map(links.filter(canAsk).map((link) => [link.name, link]))
  const own = await ownAddresses(tables, links)
  const asked = targets.filter(
    ({ address, interfaceName }) => usable.has(interfaceName) && !own.has(formatIp(address)),
  )
  const options = { ratePerSecond: FRAMES_PER_SECOND, rounds: ROUNDS, timeoutMs: LAST_ANSWER_MS }
  const result = await scan(asked, options, { ...ground, onProgress: () => undefined })
  for (const { address, interfaceName } of targets) {
    const text = formatIp(address)
    // Nobody hears his own question.
    const by = own.get(text) ?? claimOf(result, text)
    if (by !== undefined) findings.set(text, { kind: 'in-use', by })
    else if (isAsked(result, text, interfaceName, usable)) findings.set(text, { kind: 'free' })
    else if (!findings.has(text))
      findings.set(text, { kind: 'failed', why: `nothing can be sent on ${interfaceName}` })
  }
  return findings
}

const canAsk = ({ hardwareType, flags, mac, carrier }: Link): boolean =>
  hardwareType === ETHERNET &&
  flags.up &&
  !flags.noArp &&
  !flags.slave &&
  mac !== undefined &&
  carrier !== false

/** Addresses of this host, with the hardware address that answers for them. */
async function ownAddresses(
  tables: ScanGround['tables'],
  links: readonly Link[],
): Promise<ReadonlyMap<string, string>> {
  const ownMac = links.find(({ mac, flags }) => mac !== undefined && !flags.loopback)?.mac ?? ''
  const found = new Map<string, string>()
  for (const { address, interfaceIndex } of await tables.addresses()) {
    const link = links.find(({ index }) => index === interfaceIndex)
    if (link?.name !== NOT_ON_THE_WIRE) found.set(formatIp(address), link?.mac ?? ownMac)
  }
  return found
}

const claimOf = ({ claims }: ScanResult, text: string): string | undefined =>
  claims.find(({ address }) => address === text)?.mac

const isAsked = (
  { unsent }: ScanResult,
  text: string,
  interfaceName: string,
  usable: ReadonlyMap<string, Link>,
): boolean =>
  usable.has(interfaceName) &&
  !unsent.some((target) => target.interfaceName === interfaceName && formatIp(target.address) === text)
