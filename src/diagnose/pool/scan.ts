// The scan itself: probes at a bounded rate, answers as they come, silent addresses once more. Probes are sent from the
// unspecified address (RFC 5227 §2.1.1, RFC 4862 §5.4.2), so that no neighbour table is changed by asking.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { ALL_NODES, multicastMac } from '../../wire/ndp/solicited-node.ts'
import { claimIn, probeFrame, UNSPECIFIED_OF } from '../collect/probe-frame.ts'
import type { Clock } from '../collect/question.ts'
import type { FrameSocket, NetworkProbes, ReceivedFrame } from '../ports/probes.ts'
import { claimedAddress } from './claimed-address.ts'
import { Pace } from './pace.ts'
import type { AddressClaim } from './pool-facts.ts'
import type { ScanTarget } from './scan-plan.ts'

export interface ScanOptions {
  readonly ratePerSecond: number
  /** how often an address that stays silent is asked for */
  readonly rounds: number
  /** for answers to the last probes */
  readonly timeoutMs: number
}

export interface ScanDependencies {
  readonly probes: NetworkProbes
  readonly clock: Clock
  readonly signal: AbortSignal
  /** after each few probes */
  readonly onProgress: (progress: ScanProgress) => void
}

export interface ScanProgress {
  readonly round: number
  readonly rounds: number
  /** of this round */
  readonly sent: number
  readonly toSend: number
  /** addresses that somebody answered for so far */
  readonly answered: number
}

export interface ScanResult {
  readonly claims: readonly AddressClaim[]
  readonly probesSent: number
  readonly elapsedMs: number
  /** by interface, error names of frames that could not be sent */
  readonly errors: ReadonlyMap<string, readonly string[]>
  /** for which no frame could be sent at all */
  readonly unsent: readonly ScanTarget[]
}

/** Between rounds: an answer that is on its way saves a probe. */
const ROUND_GAP_MS = 200
/** Timers are not finer; several probes are sent at once instead. */
const SHORTEST_SLEEP_MS = 5

/** @throws LbctlError when a socket cannot be opened, and the reason of `signal` when it aborts */
export async function scan(
  targets: readonly ScanTarget[],
  options: ScanOptions,
  deps: ScanDependencies,
): Promise<ScanResult> {
  const ears = new Map<string, Ear>()
  const { clock, signal } = deps
  const startMs = clock.nowMs()
  try {
    for (const interfaceName of new Set(targets.map((target) => target.interfaceName)))
      ears.set(interfaceName, await Ear.open(interfaceName, targets, deps.probes))
    await sendRounds(targets, ears, options, deps)
    if (targets.length > 0) await clock.sleep(options.timeoutMs, signal)
    signal.throwIfAborted()
  } finally {
    await Promise.all([...ears.values()].map((ear) => ear.close()))
  }
  const all = [...ears.values()]
  return {
    claims: all.flatMap((ear) => ear.claims()),
    probesSent: all.reduce((sum, ear) => sum + ear.sent, 0),
    elapsedMs: clock.nowMs() - startMs,
    errors: new Map([...ears].map(([name, ear]) => [name, [...ear.errors]])),
    unsent: all.flatMap((ear) => ear.unsent()),
  }
}

async function sendRounds(
  targets: readonly ScanTarget[],
  ears: ReadonlyMap<string, Ear>,
  { ratePerSecond, rounds }: ScanOptions,
  { clock, signal, onProgress }: ScanDependencies,
): Promise<void> {
  const isSilent = ({ interfaceName, address }: ScanTarget) =>
    ears.get(interfaceName)?.isSilent(address) === true
  const answered = () => [...ears.values()].reduce((sum, ear) => sum + ear.answered, 0)
  const pace = new Pace(ratePerSecond, clock.nowMs())
  for (let round = 1; round <= rounds; round++) {
    if (round > 1) await clock.sleep(ROUND_GAP_MS, signal)
    const list = round === 1 ? targets : targets.filter(isSilent)
    for (let at = 0; at < list.length; ) {
      signal.throwIfAborted()
      const batch = list.slice(at, at + pace.due(clock.nowMs()))
      for (const { interfaceName, address } of batch) ears.get(interfaceName)?.ask(address)
      pace.took(batch.length)
      at += batch.length
      onProgress({ round, rounds, sent: at, toSend: list.length, answered: answered() })
      if (at < list.length) await clock.sleep(Math.max(SHORTEST_SLEEP_MS, pace.waitMs(clock.nowMs())), signal)
    }
  }
}

interface Asked {
  readonly target: ScanTarget
  sentNs: bigint | undefined
  readonly owners: Map<Mac, { answers: number; claims: number; rttMicroseconds: number | undefined }>
}

const methodOf = ({ family }: Ip) => (family === 4 ? 'arp-probe' : 'ns-duplicate')

/** One interface: asks, and puts down who answers. */
class Ear {
  readonly #asked = new Map<string, Asked>()
  readonly errors = new Set<string>()
  readonly #mac: Mac
  readonly #interfaceName: string
  #socket: FrameSocket | undefined
  #answered = 0
  #sent = 0

  private constructor(interfaceName: string, mac: Mac) {
    this.#interfaceName = interfaceName
    this.#mac = mac
  }

  static async open(
    interfaceName: string,
    targets: readonly ScanTarget[],
    probes: NetworkProbes,
  ): Promise<Ear> {
    const mine = targets.filter((target) => target.interfaceName === interfaceName)
    let ear: Ear | undefined
    const early = new Set<string>()
    const socket = await probes.openFrames({
      interfaceName,
      selection: {
        arp: mine.some(({ address }) => address.family === 4),
        ndp: mine.some(({ address }) => address.family === 6),
      },
      onFrame: (frame) => ear?.hear(frame),
      onError: (code) => (ear?.errors ?? early).add(code),
    })
    if (socket.mac === undefined) {
      await socket.close()
      throw new Error(`the interface ${interfaceName} was planned for a scan without a hardware address`)
    }
    // RFC 4861 §7.2.4: a question from :: is answered to all nodes.
    socket.joinMulticast(multicastMac(ALL_NODES))
    ear = new Ear(interfaceName, socket.mac)
    for (const code of early) ear.errors.add(code)
    ear.#socket = socket
    for (const target of mine)
      ear.#asked.set(formatIp(target.address), { target, sentNs: undefined, owners: new Map() })
    return ear
  }

  get sent(): number {
    return this.#sent
  }

  get answered(): number {
    return this.#answered
  }

  isSilent(address: Ip): boolean {
    return this.#asked.get(formatIp(address))?.owners.size === 0
  }

  ask(address: Ip): void {
    const asked = this.#asked.get(formatIp(address))
    if (asked === undefined || this.#socket === undefined) return
    const frame = probeFrame({
      method: methodOf(address),
      interfaceName: this.#interfaceName,
      mac: this.#mac,
      address,
      sender: UNSPECIFIED_OF[address.family],
      unicastTo: undefined,
      vlanId: undefined,
    })
    const { sentAtNs, error } = this.#socket.send(frame)
    if (error !== undefined) {
      this.errors.add(error)
      return
    }
    asked.sentNs = sentAtNs
    this.#sent++
  }

  hear({ bytes, atNs, direction }: ReceivedFrame): void {
    if (direction === 'out') return
    const address = claimedAddress(bytes)
    const asked = address === undefined ? undefined : this.#asked.get(formatIp(address))
    if (address === undefined || asked === undefined) return
    const claim = claimIn(bytes, { address, mac: this.#mac, vlanId: undefined, method: methodOf(address) })
    if (claim === undefined) return
    const owner = asked.owners.get(claim.mac) ?? { answers: 0, claims: 0, rttMicroseconds: undefined }
    if (asked.owners.size === 0) this.#answered++
    asked.owners.set(claim.mac, owner)
    const { sentNs } = asked
    const isAnswer = sentNs !== undefined && sentNs <= atNs && claim.kind === 'answer'
    if (!isAnswer) {
      owner.claims++
      return
    }
    owner.answers++
    owner.rttMicroseconds ??= Number(atNs - sentNs) / 1000
  }

  claims(): AddressClaim[] {
    return [...this.#asked].flatMap(([address, { target, owners }]) =>
      [...owners].map(([mac, owner]) => ({
        address,
        family: target.address.family,
        interface: this.#interfaceName,
        mac,
        ...owner,
      })),
    )
  }

  unsent(): ScanTarget[] {
    return [...this.#asked.values()].flatMap(({ target, sentNs, owners }) =>
      sentNs === undefined && owners.size === 0 ? target : [],
    )
  }

  async close(): Promise<void> {
    await this.#socket?.close()
  }
}
