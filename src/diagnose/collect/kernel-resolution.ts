// Without CAP_NET_RAW: an empty UDP datagram makes the kernel resolve the address, and the neighbour table tells what came of it.
import { type Ip, sameIp } from '../../net/ip.ts'
import { isLinkLocalIpv6 } from '../../wire/ndp/solicited-node.ts'
import type { KernelResolution } from '../facts/link-facts.ts'
import type { Neighbour } from '../ports/tables.ts'
import type { Clock, Surroundings } from './question.ts'

/** RFC 863, discard: nobody minds a datagram there. */
const DISCARD_PORT = 9

/** Linux asks three times, a second apart, and then gives up. */
const NEW_ENTRY_MS = 4_500
/** An entry that is there is used for 5 s before the kernel asks its owner again, three times. */
const OLD_ENTRY_MS = 9_500
const POLL_MS = 50

export async function letKernelResolve(
  { tables, probes, clock }: Pick<Surroundings, 'tables' | 'probes' | 'clock'>,
  address: Ip,
  {
    interfaceIndex,
    interfaceName,
  }: { interfaceIndex: number | undefined; interfaceName: string | undefined },
  signal: AbortSignal,
): Promise<Omit<KernelResolution, 'interface'> & { readonly interfaceIndex: number | undefined }> {
  const startMs = clock.nowMs()
  const entry = async (): Promise<Neighbour | undefined> =>
    (await tables.neighbours()).find(
      (each) =>
        !each.proxy &&
        sameIp(each.address, address) &&
        (interfaceIndex === undefined || each.interfaceIndex === interfaceIndex),
    )
  await probes.reachUdp({
    destination: address,
    port: DISCARD_PORT,
    timeoutMs: 1,
    // A link-local address means nothing without its interface; others follow the route.
    ...(isLinkLocalIpv6(address) && interfaceName !== undefined ? { interfaceName } : {}),
  })
  let last = await entry()
  while (!isSettled(last, clock, startMs)) {
    await clock.sleep(POLL_MS, signal)
    signal.throwIfAborted()
    last = await entry()
  }
  return {
    interfaceIndex: last?.interfaceIndex ?? interfaceIndex,
    state: last?.state ?? 'none',
    mac: last?.mac,
    elapsedMs: clock.nowMs() - startMs,
  }
}

function isSettled(entry: Neighbour | undefined, clock: Clock, startMs: number): boolean {
  const elapsedMs = clock.nowMs() - startMs
  switch (entry?.state) {
    case 'reachable':
    case 'failed':
    case 'permanent':
    case 'noarp':
      return true
    case 'stale':
    case 'delay':
    case 'probe':
      return elapsedMs > OLD_ENTRY_MS
    default:
      return elapsedMs > NEW_ENTRY_MS
  }
}
