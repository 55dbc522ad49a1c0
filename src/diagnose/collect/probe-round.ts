// One round of probes on one interface: sends, listens, and ends early once answered. Round trips are differences of the
// kernel's time stamps, so a busy process does not lengthen them.
import { formatIp } from '../../net/ip.ts'
import type { ProbeRound, Reply } from '../facts/link-facts.ts'
import type { FrameSocket, NetworkProbes } from '../ports/probes.ts'
import { claimIn, type ProbeSpec, probeFrame } from './probe-frame.ts'
import type { Clock } from './question.ts'

export interface RoundOptions {
  readonly purpose: ProbeRound['purpose']
  readonly count: number
  /** between probes while nobody answers */
  readonly intervalMs: number
  /** for an answer to the last probe */
  readonly timeoutMs: number
}

export interface RoundDependencies {
  readonly probes: NetworkProbes
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onReply?: (reply: Reply) => void
}

/** After an answer: time for a second owner to answer the same probe, and for the last probe a little more. */
const SETTLE_MS = 25
const LAST_SETTLE_MS = 100

/** @throws LbctlError when the socket cannot be opened, and the reason of `signal` when it aborts */
export async function probeRound(
  spec: ProbeSpec,
  options: RoundOptions,
  deps: RoundDependencies,
): Promise<ProbeRound> {
  const listener = new ReplyListener(spec, deps.onReply)
  const errors: string[] = []
  const socket = await deps.probes.openFrames({
    interfaceName: spec.interfaceName,
    selection: { ...(spec.address.family === 4 ? { arp: true } : { ndp: true }), addresses: [spec.address] },
    onFrame: ({ bytes, atNs, direction }) => {
      if (direction !== 'out') listener.hear(bytes, atNs)
    },
    onError: (code) => errors.push(code),
  })
  try {
    await sendAll(socket, spec, options, { ...deps, listener, errors })
  } finally {
    await socket.close()
  }
  return {
    purpose: options.purpose,
    method: spec.method,
    interface: spec.interfaceName,
    address: formatIp(spec.address),
    sender: formatIp(spec.sender),
    unicastTo: spec.unicastTo,
    vlanId: spec.vlanId,
    sent: listener.sent,
    errors,
    replies: listener.replies,
  }
}

async function sendAll(
  socket: FrameSocket,
  spec: ProbeSpec,
  { count, intervalMs, timeoutMs }: RoundOptions,
  deps: RoundDependencies & { readonly listener: ReplyListener; readonly errors: string[] },
): Promise<void> {
  const { clock, signal, listener, errors } = deps
  const frame = probeFrame(spec)
  for (let probe = 1; probe <= count; probe++) {
    signal.throwIfAborted()
    const { sentAtNs, error } = socket.send(frame)
    if (error !== undefined) errors.push(error)
    listener.sentAt(sentAtNs)
    // What waits for the answer is made after the probe: no frame is handed over before this turn of the event loop ends.
    const wake = new AbortController()
    const stop = () => wake.abort()
    listener.expect(stop)
    signal.addEventListener('abort', stop)
    try {
      const isLast = probe === count
      await clock.sleep(isLast ? timeoutMs : intervalMs, wake.signal)
      signal.throwIfAborted()
      if (wake.signal.aborted) await clock.sleep(isLast ? LAST_SETTLE_MS : SETTLE_MS, signal)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** Puts each answer to the newest probe that was sent before it came. */
class ReplyListener {
  readonly replies: Reply[] = []
  readonly #sentNs: bigint[] = []
  readonly #spec: ProbeSpec
  readonly #onReply: ((reply: Reply) => void) | undefined
  #onAnswer: () => void = () => undefined

  constructor(spec: ProbeSpec, onReply: ((reply: Reply) => void) | undefined) {
    this.#spec = spec
    this.#onReply = onReply
  }

  get sent(): number {
    return this.#sentNs.length
  }

  expect(onAnswer: () => void): void {
    this.#onAnswer = onAnswer
  }

  sentAt(ns: bigint): void {
    this.#sentNs.push(ns)
  }

  hear(bytes: Uint8Array, atNs: bigint): void {
    const claim = claimIn(bytes, this.#spec)
    if (claim === undefined) return
    const probe = this.#sentNs.findLastIndex((sent) => sent <= atNs)
    const isAnswer = claim.kind === 'answer' && probe >= 0
    const sentNs = this.#sentNs[probe]
    const reply: Reply = {
      probe: Math.max(1, probe + 1),
      mac: claim.mac,
      frameMac: claim.frameMac === claim.mac ? undefined : claim.frameMac,
      rttMicroseconds: isAnswer && sentNs !== undefined ? Number(atNs - sentNs) / 1000 : undefined,
      kind: isAnswer ? 'answer' : 'claim',
    }
    this.replies.push(reply)
    this.#onReply?.(reply)
    if (isAnswer) this.#onAnswer()
  }
}
