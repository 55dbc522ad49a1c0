// The words of one rule of iptables → conditions and target. What is not known stays in the rule as such: the walk says that it
// could not tell, instead of passing over it.
import { parseIp } from '../../../net/ip.ts'
import { type Action, MARK_BITS, type Match, type PortRange, type Rule, type Step } from '../netfilter.ts'
import { addressRange } from './address-ranges.ts'

/** @param words of the rule, behind `-A CHAIN` */
export function ruleOf(words: readonly string[], text: string): Rule {
  const reader = new RuleWords(words)
  const steps: Step[] = []
  let target: string | undefined
  let goto = false
  let comment: string | undefined
  while (!reader.done) {
    const negated = reader.take('!')
    const option = reader.next()
    if (option === '-j' || option === '-g') {
      target = reader.next()
      goto = option === '-g'
      break
    }
    if (option === '--comment') comment = reader.next()
    else steps.push(...matchesOf(option, negated, reader).map((match) => ({ match })))
  }
  if (target !== undefined) steps.push({ act: targetOf(target, goto, reader.rest()) })
  return { text, comment, steps }
}

class RuleWords {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  get done(): boolean {
    return this.#at >= this.#words.length
  }

  next(): string {
    return this.#words[this.#at++] ?? ''
  }

  take(word: string): boolean {
    if (this.#words[this.#at] !== word) return false
    this.#at++
    return true
  }

  /** values of an option that is not known: everything up to the next option */
  values(): string[] {
    const values: string[] = []
    while (!this.done && !/^(-|!$)/.test(this.#words[this.#at] ?? '')) values.push(this.next())
    return values
  }

  rest(): readonly string[] {
    const rest = this.#words.slice(this.#at)
    this.#at = this.#words.length
    return rest
  }
}

type MatchReader = (negated: boolean, reader: RuleWords) => readonly Match[]

const address =
  (of: 'source' | 'destination'): MatchReader =>
  (negated, reader) => {
    const text = reader.next()
    const ranges = text.split(',').map(addressRange)
    if (ranges.some((range) => range === undefined)) return [{ kind: 'unknown', text: `address ${text}` }]
    return [{ kind: 'address', of, negated, ranges: ranges.filter((range) => range !== undefined) }]
  }

const port =
  (of: 'source' | 'destination'): MatchReader =>
  (negated, reader) => [{ kind: 'port', of, negated, ranges: reader.next().split(',').map(portRange) }]

const link =
  (of: 'in' | 'out'): MatchReader =>
  (negated, reader) => [{ kind: 'interface', of, negated, names: [reader.next()] }]

const local =
  (of: 'source' | 'destination'): MatchReader =>
  (negated, reader) => {
    const types = reader.next().split(',')
    return types.length === 1 && types[0] === 'LOCAL'
      ? [{ kind: 'local', of, negated }]
      : [{ kind: 'unknown', text: `${of} address of type ${types.join(',')}` }]
  }

const connection: MatchReader = (negated, reader) => [
  { kind: 'connection', negated, states: reader.next().toLowerCase().split(',') },
]

const KNOWN: Readonly<Record<string, MatchReader>> = {
  '-s': address('source'),
  '-d': address('destination'),
  '-i': link('in'),
  '-o': link('out'),
  '-p': (negated, reader) => {
    const protocol = reader.next()
    return protocol === 'all' ? [] : [{ kind: 'protocol', negated, protocols: [protocol] }]
  },
  '--sport': port('source'),
  '--dport': port('destination'),
  '--sports': port('source'),
  '--dports': port('destination'),
  '--src-type': local('source'),
  '--dst-type': local('destination'),
  '--ctstate': connection,
  '--state': connection,
  '--mark': (negated, reader) => [{ kind: 'mark', negated, ...maskedNumber(reader.next()) }],
  '--probability': (_negated, reader) => [{ kind: 'random', probability: Number(reader.next()) }],
  // The name of a module; its options follow, each of them known or not.
  '-m': (_negated, reader) => {
    reader.next()
    return []
  },
  '--mode': (_negated, reader) => {
    const mode = reader.next()
    return mode === 'random' ? [] : [{ kind: 'unknown', text: `statistic of mode ${mode}` }]
  },
  // Session affinity of kube-proxy: `--rcheck` asks whether the client was here before, `--set` remembers it.
  '--rcheck': () => [{ kind: 'affinity' }],
  '--set': () => [],
  '--seconds': (_negated, reader) => {
    reader.next()
    return []
  },
  '--reap': () => [],
  '--name': (_negated, reader) => {
    reader.next()
    return []
  },
  '--mask': (_negated, reader) => {
    reader.next()
    return []
  },
  '--rsource': () => [],
  // Counting only.
  '--nfacct-name': (_negated, reader) => {
    reader.next()
    return []
  },
}

function matchesOf(option: string, negated: boolean, reader: RuleWords): readonly Match[] {
  const known = Object.hasOwn(KNOWN, option) ? KNOWN[option] : undefined
  if (known !== undefined) return known(negated, reader)
  const values = reader.values()
  return [{ kind: 'unknown', text: [negated ? '!' : '', option, ...values].filter(Boolean).join(' ') }]
}

function portRange(text: string): PortRange {
  const [first = '', last = first] = text.split(':')
  return { first: first === '' ? 0 : Number(first), last: last === '' ? 65_535 : Number(last) }
}

/** `0x4000/0x4000`; without a mask the whole mark counts. */
function maskedNumber(text: string): { value: number; mask: number } {
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

function targetOf(target: string, goto: boolean, words: readonly string[]): Action {
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
