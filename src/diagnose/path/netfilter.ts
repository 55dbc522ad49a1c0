// Rules of the kernel's packet filter as values: what iptables-save and nft print, in one form that can be walked.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { IpRange } from '../../net/prefix.ts'
import type { AddressSet } from './address-set.ts'

export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'

/** Where a chain is hooked in: lower priorities see a packet first. */
export interface Hook {
  readonly name: HookName
  readonly priority: number
  readonly type: 'filter' | 'nat' | 'route'
  readonly policy: 'accept' | 'drop'
}

export interface RuleTable {
  /** the families whose packets it sees */
  readonly families: readonly IpFamily[]
  readonly name: string
  /** who wrote it down: two programs may each have a table of the same name */
  readonly origin: 'iptables-nft' | 'iptables-legacy' | 'iptables' | 'nft'
  readonly chains: ReadonlyMap<string, RuleChain>
}

export interface RuleChain {
  readonly name: string
  readonly hook: Hook | undefined
  readonly rules: readonly Rule[]
}

export interface Rule {
  /** as the program prints it, or close to it; for a reader */
  readonly text: string
  readonly comment: string | undefined
  /** looked at in this order: all of them must hold */
  readonly steps: readonly Step[]
}

/** nft mixes conditions and actions in one rule, so that both are steps. */
export type Step = { readonly match: Match } | { readonly act: Action }

export type Match =
  | {
      readonly kind: 'address'
      readonly of: 'source' | 'destination'
      readonly negated: boolean
      readonly ranges: readonly IpRange[]
    }
  | { readonly kind: 'protocol'; readonly negated: boolean; readonly protocols: readonly string[] }
  | {
      readonly kind: 'port'
      readonly of: 'source' | 'destination'
      readonly negated: boolean
      readonly ranges: readonly PortRange[]
    }
  /** the address is one of this host */
  | { readonly kind: 'local'; readonly of: 'source' | 'destination'; readonly negated: boolean }
  | {
      readonly kind: 'interface'
      readonly of: 'in' | 'out'
      readonly negated: boolean
      readonly names: readonly string[]
    }
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number; readonly negated: boolean }
  | { readonly kind: 'connection'; readonly states: readonly string[]; readonly negated: boolean }
  | { readonly kind: 'random'; readonly probability: number }
  /** the client was sent to this endpoint a short while ago (session affinity) */
  | { readonly kind: 'affinity' }
  /** is in a set, by what its entries are made of: the address and port of the source or of the destination */
  | {
      readonly kind: 'set'
      readonly name: string
      readonly of: readonly ('source' | 'destination')[]
      readonly negated: boolean
      /** undefined: what is in it is not known */
      readonly set: AddressSet | undefined
    }
  /** all conditions of at least one entry hold; those on the source come last */
  | {
      readonly kind: 'one of'
      readonly entries: readonly (readonly Match[])[]
      readonly negated: boolean
    }
  /** IPVS balances it, as a connection to this address and port */
  | {
      readonly kind: 'ipvs'
      readonly address: Ip | undefined
      readonly protocol: string | undefined
      readonly port: number | undefined
    }
  /** came in by a port of a bridge */
  | { readonly kind: 'bridged'; readonly negated: boolean }
  /** what the reader does not know; `text` for the reader */
  | { readonly kind: 'unknown'; readonly text: string }

export interface PortRange {
  readonly first: number
  readonly last: number
}

export type Action =
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'accept' | 'drop' | 'return' | 'masquerade' | 'nothing' }
  | { readonly kind: 'reject'; readonly how: string }
  | { readonly kind: 'dnat'; readonly address: Ip | undefined; readonly port: number | undefined }
  /** mark = (mark & keep) ^ flip */
  | { readonly kind: 'mark'; readonly keep: number; readonly flip: number }
  /** one of the verdicts, by a number that is drawn */
  | { readonly kind: 'draw'; readonly of: number; readonly ways: ReadonlyMap<number, Action> }
  /** the verdict of the first entry that holds */
  | { readonly kind: 'lookup'; readonly entries: readonly LookupEntry[]; readonly map: string | undefined }
  | { readonly kind: 'unknown'; readonly text: string }

export interface LookupEntry {
  readonly matches: readonly Match[]
  readonly action: Action
  readonly comment: string | undefined
}

/** Full length of an IPv4 or IPv6 mark: 32 bits, unsigned. */
export const MARK_BITS = 0xffff_ffff
