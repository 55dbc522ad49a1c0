// Who may have a speaker send probes: whoever has the key of the gossip, which the controllers and speakers of one cluster share. The key
// itself is not used, and is never sent; what is sent proves that one has it, for one message at one time (decision 0009).
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

export const HEADERS = {
  time: 'x-lbctl-time',
  nonce: 'x-lbctl-nonce',
  proof: 'x-lbctl-proof',
} as const

/** Clocks of one cluster are closer than this; a question is not good for longer. */
export const CLOCK_SKEW_MS = 30_000
const NONCE = /^[0-9a-f]{32}$/
/** So many are remembered: more questions in a minute than that are not answered. */
const MOST_NONCES = 10_000

/** @param secret the raw bytes of the key `secretkey` */
export const probeKey = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'lbctl link probe 1', 32))

const proofOf = (key: Uint8Array, ...parts: readonly string[]): string =>
  createHmac('sha256', key).update(parts.join('\n')).digest('hex')

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

export interface Signed {
  readonly time: string
  readonly nonce: string
  readonly proof: string
}

export function signQuestion(key: Uint8Array, body: string, nowMs: number): Signed {
  const time = String(Math.floor(nowMs))
  const nonce = randomBytes(16).toString('hex')
  return { time, nonce, proof: proofOf(key, 'question', time, nonce, body) }
}

/** The answer is bound to the question: it cannot be one to an earlier question, nor a question sent back. */
export const signAnswer = (key: Uint8Array, nonce: string, body: string): string =>
  proofOf(key, 'answer', nonce, body)

export const isAnswerTo = (key: Uint8Array, nonce: string, body: string, proof: string): boolean =>
  isSame(proof, proofOf(key, 'answer', nonce, body))

/** Takes each question once. */
export class QuestionGuard {
  readonly #key: Uint8Array
  /** until when each has to be remembered; in order of arrival */
  readonly #nonces = new Map<string, number>()

  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** Whether it comes from somebody with the key, now, and for the first time. */
  admits({ time, nonce, proof }: Signed, body: string, nowMs: number): boolean {
    // What is cheap to know comes last: all that an outsider learns is that the proof is wrong.
    if (!isSame(proof, proofOf(this.#key, 'question', time, nonce, body))) return false
    if (!/^\d{1,16}$/.test(time) || Math.abs(nowMs - Number(time)) > CLOCK_SKEW_MS) return false
    for (const [old, untilMs] of this.#nonces) {
      if (untilMs > nowMs) break
      this.#nonces.delete(old)
    }
    if (!NONCE.test(nonce) || this.#nonces.has(nonce) || this.#nonces.size >= MOST_NONCES) return false
    this.#nonces.set(nonce, nowMs + 2 * CLOCK_SKEW_MS)
    return true
  }
}
