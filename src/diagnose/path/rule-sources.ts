// Texts of several programs → the rules of this machine, each counted once, and who wrote them.
import type { ListedSet } from '../ports/tables.ts'
import type { AddressSet } from './address-set.ts'
import type { RuleTable } from './netfilter.ts'
import { IPTABLES_TABLES } from './nft-tables.ts'
import type { ProxyMode, RuleSourceFacts } from './path-facts.ts'
import { addressSet, isIpsetSave, readIpsetSave } from './read/ipset-save.ts'
import type { SetNamed } from './read/iptables-rule.ts'
import { isIptablesSave, readIptablesSave } from './read/iptables-save.ts'
import {
  isIpvsListing,
  isIpvsSave,
  readIpvsListing,
  readIpvsSave,
  type VirtualServer,
} from './read/ipvs-table.ts'
import { isNftJson, readNftRuleset } from './read/nft-ruleset.ts'
import { isKubeProxyChain } from './walk/chain-meaning.ts'
import { RuleIndex } from './walk/rule-index.ts'

export interface RuleText {
  /** program or file */
  readonly name: string
  readonly text: string
}

export interface ReadRules {
  readonly tables: readonly RuleTable[]
  readonly servers: readonly VirtualServer[]
  /** names of sets that rules compare with and whose entries are not known */
  readonly unknownSets: readonly string[]
  readonly mode: ProxyMode | undefined
  /** network plugins that have chains here, whether or not they take the place of kube-proxy */
  readonly plugins: readonly string[]
  readonly index: RuleIndex
  readonly sources: readonly RuleSourceFacts[]
}

/**
 * Each text's format is recognised by itself; one may hold what several programs printed.
 * @param listed sets of the kernel, beside those in the texts
 */
export function readRules(texts: readonly RuleText[], listed: readonly ListedSet[] = []): ReadRules {
  const sets = new Map<string, AddressSet>()
  const saved = texts.flatMap(({ text }) => (isIpsetSave(text) ? readIpsetSave(text) : []))
  for (const each of [...saved, ...listed]) {
    const set = addressSet(each)
    if (set !== undefined) sets.set(set.name, set)
  }
  const tables: RuleTable[] = []
  const servers: VirtualServer[] = []
  const sources: RuleSourceFacts[] = []
  for (const { name, text } of texts) {
    const [some, balanced] = [tablesIn(text, (set) => sets.get(set)), serversIn(text)]
    const hasSets = isIpsetSave(text)
    const unknown = some === undefined && balanced === undefined && !hasSets
    tables.push(...(some ?? []))
    servers.push(...(balanced ?? []))
    const isEmpty = (some ?? []).length === 0 && (balanced ?? []).length === 0 && !hasSets
    sources.push({
      name,
      result: unknown && text.trim() !== '' ? 'failed' : isEmpty ? 'empty' : 'read',
      note: unknown && text.trim() !== '' ? 'its output is in no format that is known' : undefined,
    })
  }
  const all = withoutDoubles(tables)
  const index = new RuleIndex(all, servers, [...sets.values()])
  return {
    tables: all,
    servers,
    unknownSets: unknownSetsIn(all),
    mode: proxyMode(all, servers),
    plugins: pluginsIn(all),
    index,
    sources,
  }
}

function tablesIn(text: string, setNamed: SetNamed): RuleTable[] | undefined {
  if (isNftJson(text)) return readNftRuleset(text)
  return isIptablesSave(text) ? readIptablesSave(text, setNamed) : undefined
}

function unknownSetsIn(tables: readonly RuleTable[]): string[] {
  const names = new Set<string>()
  for (const { chains } of tables)
    for (const { rules } of chains.values())
      for (const { steps } of rules)
        for (const step of steps)
          if ('match' in step && step.match.kind === 'set' && step.match.set === undefined)
            names.add(step.match.name)
  return [...names]
}

function serversIn(text: string): VirtualServer[] | undefined {
  if (isIpvsListing(text)) return readIpvsListing(text)
  return isIpvsSave(text) ? readIpvsSave(text) : undefined
}

/** nft shows the tables of iptables-nft as well; where iptables-save has read them, that reading counts. */
function withoutDoubles(tables: readonly RuleTable[]): RuleTable[] {
  const hasNftVariant = tables.some(({ origin }) => origin === 'iptables-nft' || origin === 'iptables')
  if (!hasNftVariant) return [...tables]
  return tables.filter(
    ({ origin, name, families }) => origin !== 'nft' || families.length > 1 || !IPTABLES_TABLES.has(name),
  )
}

function proxyMode(tables: readonly RuleTable[], servers: readonly VirtualServer[]): ProxyMode | undefined {
  // Without a Service there is no virtual server yet, and the chain is there all the same.
  if (servers.length > 0 || tables.some(({ chains }) => chains.has('KUBE-IPVS-FILTER'))) return 'ipvs'
  if (
    tables.some(
      ({ name, origin, chains }) => origin === 'nft' && name === 'kube-proxy' && chains.has('services'),
    )
  )
    return 'nftables'
  const services = tables.find(({ name, chains }) => name === 'nat' && chains.has('KUBE-SERVICES'))
  return services === undefined ? undefined : 'iptables'
}

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^(CILIUM_|OLD_CILIUM_)/, 'Cilium'],
  [/^KUBE-ROUTER-/, 'kube-router'],
  [/^cali-/, 'Calico'],
  [/^OVN-KUBE-/, 'OVN-Kubernetes'],
  [/^ANTREA-/, 'Antrea'],
]

function pluginsIn(tables: readonly RuleTable[]): string[] {
  const chains = tables
    .flatMap((table) => [...table.chains.keys()])
    .filter((chain) => !isKubeProxyChain(chain))
  return REPLACEMENTS.filter(([pattern]) => chains.some((chain) => pattern.test(chain))).map(
    ([, name]) => name,
  )
}
