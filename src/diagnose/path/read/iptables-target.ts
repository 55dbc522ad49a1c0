// What a rule of iptables does with a packet that it catches.
import { parseIp } from '../../../net/ip.ts'
import { type Action, MARK_BITS } from '../netfilter.ts'

/** `0x4000/0x4000`; without a mask the whole mark counts. */
export function maskedNumber(text: string): { value: number; mask: number } {
  const [value = '0', mask] = text.split('/')
  return { value: Number(value), mask: mask === undefined ? MARK_BITS : Number(mask) }
}

const VERDICTS: Readonly<Record<string, Action>> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  RETURN: { kind: 'return' },
  MASQUERADE: { kind: 'masquerade' },
  SNAT: { kind: 'masquerade' },
}

/** Targets after which the next rule is looked at. */
const PASSING = new Set([
  'LOG',
  'NFLOG',
  'CONNMARK',
  'TCPMSS',
  'CT',
  'NOTRACK',
  'AUDIT',
  'CLASSIFY',
  'TRACE',
  'SET',
])

export function targetOf(target: string, goto: boolean, words: readonly string[]): Action {
  if (Object.hasOwn(VERDICTS, target)) return VERDICTS[target] as Action
  const value = (option: string): string | undefined => {
    const at = words.indexOf(option)
    return at < 0 ? undefined : words[at + 1]
  }
  if (target === 'REJECT') return { kind: 'reject', how: value('--reject-with') ?? 'icmp-port-unreachable' }
  if (target === 'DNAT') return dnatOf(value('--to-destination') ?? '')
  if (target === 'MARK') return markOf(value)
  if (PASSING.has(target)) return { kind: 'nothing' }
  if (/^[A-Z]+$/.test(target) && ['REDIRECT', 'TPROXY', 'NETMAP', 'NFQUEUE', 'QUEUE', 'TEE'].includes(target))
    return { kind: 'unknown', text: [target, ...words].join(' ') }
  return { kind: goto ? 'goto' : 'jump', chain: target }
}

/** `10.0.0.1:80`, `[2001:db8::1]:80`, `10.0.0.1` */
function dnatOf(to: string): Action {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(to) ?? []
  return {
    kind: 'dnat',
    address: parseIp(six ?? four ?? to),
    port: port === undefined ? undefined : Number(port),
  }
}

/** xt_MARK keeps nothing of the bits in the mask, and flips those of the value. iptables-save prints --set-xmark only. */
function markOf(value: (option: string) => string | undefined): Action {
  const xmark = value('--set-xmark')
  if (xmark !== undefined) {
    const { value: flip, mask } = maskedNumber(xmark)
    return { kind: 'mark', keep: ~mask >>> 0, flip }
  }
  const or = value('--or-mark')
  if (or !== undefined) return { kind: 'mark', keep: ~Number(or) >>> 0, flip: Number(or) }
  const xor = value('--xor-mark')
  if (xor !== undefined) return { kind: 'mark', keep: MARK_BITS, flip: Number(xor) }
  const and = value('--and-mark')
  if (and !== undefined) return { kind: 'mark', keep: Number(and), flip: 0 }
  const { value: set, mask } = maskedNumber(value('--set-mark') ?? '0')
  // --set-mark clears the bits of the mask and those of the value.
  return { kind: 'mark', keep: ~(mask | set) >>> 0, flip: set }
}
