// The words of one rule of iptables → conditions and target. What is not known stays in the rule as such: the walk says that it
// could not tell, instead of passing over it.
import { ip } from '../../../net/ip.ts'
import type { AddressSet } from '../address-set.ts'
import type { Match, PortRange, Rule, Step } from '../netfilter.ts'
import { addressRange } from './address-ranges.ts'
import { maskedNumber, targetOf } from './iptables-target.ts'

/** Sets of the kernel by their names; undefined for what is not known. */
export type SetNamed = (name: string) => AddressSet | undefined

/** @param words of the rule, behind `-A CHAIN` */
export function ruleOf(words: readonly string[], text: string, setNamed: SetNamed): Rule {
  const reader = new RuleWords(words, setNamed)
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
  readonly setNamed: SetNamed
  #at = 0

  constructor(words: readonly string[], setNamed: SetNamed) {
    this.#words = words
    this.setNamed = setNamed
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

/** `KUBE-LOAD-BALANCER dst,dst` */
const inSet: MatchReader = (negated, reader) => {
  const name = reader.next()
  const of = reader
    .next()
    .split(',')
    .map((end) => (end === 'src' ? 'source' : 'destination'))
  return [{ kind: 'set', name, of, negated, set: reader.setNamed(name) }]
}

const virtualAddress: MatchReader = (negated, reader) => {
  const text = reader.next()
  const range = addressRange(text)
  return range === undefined || negated
    ? [{ kind: 'unknown', text: `virtual address ${text}` }]
    : [{ kind: 'ipvs', address: ip(range.family, range.first), protocol: undefined, port: undefined }]
}

const PROTOCOLS: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' }

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
  '--match-set': inSet,
  '--vaddr': virtualAddress,
  '--vproto': (_negated, reader) => {
    const protocol = reader.next().toLowerCase()
    return [{ kind: 'ipvs', address: undefined, protocol: PROTOCOLS[protocol] ?? protocol, port: undefined }]
  },
  '--vport': (_negated, reader) => [
    { kind: 'ipvs', address: undefined, protocol: undefined, port: Number(reader.next()) },
  ],
  '--physdev-is-in': (negated) => [{ kind: 'bridged', negated }],
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
