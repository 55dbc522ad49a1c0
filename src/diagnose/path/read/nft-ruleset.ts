// `nft -j list ruleset` (or `list table`) → rules. Sets and maps that rules refer to are put in their place.
// What iptables-nft keeps in the same kernel tables shows here as `xt` only, without its values: iptables-nft-save has those.
import type { IpFamily } from '../../../net/ip.ts'
import type { Hook, HookName, Rule, RuleChain, RuleTable } from '../netfilter.ts'
import { ruleSteps } from './nft-expression.ts'
import { asList, asRecord, asText, type Json, type NamedSet, type NamedSets } from './nft-json.ts'

const FAMILIES: Readonly<Record<string, readonly IpFamily[]>> = { ip: [4], ip6: [6], inet: [4, 6] }

interface OpenTable {
  readonly name: string
  readonly families: readonly IpFamily[]
  readonly sets: Map<string, NamedSet>
  readonly chains: Map<string, { readonly hook: Hook | undefined; readonly rules: Rule[] }>
}

/** Whether a text looks like what `nft -j` prints. */
export const isNftJson = (text: string): boolean => /^\s*\{\s*"nftables"\s*:/.test(text)

/** @returns undefined when the text is no JSON of nft */
export function readNftRuleset(text: string): RuleTable[] | undefined {
  const objects = parsed(text)
  if (objects === undefined) return undefined
  const tables = new Map<string, OpenTable>()
  const tableOf = (object: Json): OpenTable | undefined =>
    tables.get(`${asText(object['family'])} ${asText(object['table'])}`)
  for (const object of objects) {
    const table = asRecord(object['table'])
    const families = table === undefined ? undefined : FAMILIES[asText(table['family'])]
    if (table !== undefined && families !== undefined)
      tables.set(`${asText(table['family'])} ${asText(table['name'])}`, {
        name: asText(table['name']),
        families,
        sets: new Map(),
        chains: new Map(),
      })
    const set = asRecord(object['set']) ?? asRecord(object['map'])
    if (set !== undefined) tableOf(set)?.sets.set(asText(set['name']), namedSet(set))
    const chain = asRecord(object['chain'])
    if (chain !== undefined)
      tableOf(chain)?.chains.set(asText(chain['name']), { hook: hookOf(chain), rules: [] })
  }
  for (const object of objects) {
    const rule = asRecord(object['rule'])
    const table = rule === undefined ? undefined : tableOf(rule)
    if (rule === undefined || table === undefined) continue
    table.chains.get(asText(rule['chain']))?.rules.push(ruleFrom(rule, table.sets))
  }
  return [...tables.values()].map(closed).filter(isOurs)
}

function parsed(text: string): Json[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const objects = asList(asRecord(value)?.['nftables'])
    return objects?.map(asRecord).filter((each) => each !== undefined)
  } catch {
    return undefined
  }
}

/** Elements that time out are there for clients of now (session affinity): a new client is not among them. */
const namedSet = (set: Json): NamedSet => ({
  elements: asList(set['elem']) ?? [],
  dynamic: set['timeout'] !== undefined || (asList(set['flags']) ?? []).includes('timeout'),
})

function hookOf(chain: Json): Hook | undefined {
  const name = asText(chain['hook'])
  if (!['prerouting', 'input', 'forward', 'output', 'postrouting'].includes(name)) return undefined
  const type = asText(chain['type'])
  return {
    name: name as HookName,
    priority: typeof chain['prio'] === 'number' ? chain['prio'] : 0,
    type: type === 'nat' || type === 'route' ? type : 'filter',
    policy: chain['policy'] === 'drop' ? 'drop' : 'accept',
  }
}

function ruleFrom(rule: Json, sets: NamedSets): Rule {
  const expressions = asList(rule['expr']) ?? []
  const comment = rule['comment']
  const { steps, text } = ruleSteps(expressions, sets)
  return { text, comment: typeof comment === 'string' ? comment : undefined, steps }
}

function closed({ name, families, chains }: OpenTable): RuleTable {
  const ready = new Map<string, RuleChain>()
  for (const [chain, { hook, rules }] of chains) ready.set(chain, { name: chain, hook, rules })
  return { families, name, origin: 'nft', chains: ready }
}

/** A table of iptables-nft holds rules whose matches are hidden; walking it would be guessing. */
const isOurs = ({ chains }: RuleTable): boolean =>
  ![...chains.values()].some(({ rules }) => rules.some(({ text }) => text.includes('xt ')))
