// Rules of this host, or of files, and the address → facts. Nothing is changed: the programs that are run only print.
import { formatIp, type Ip, type IpFamily, parseIp, sameIp } from '../../net/ip.ts'
import type { ListedSet, NetworkTables } from '../ports/tables.ts'
import { examinePath, type PathQuestion } from './examine-path.ts'
import { listNft } from './nft-tables.ts'
import { PATH_FACTS_FORMAT, type PathFacts, type RuleSourceFacts } from './path-facts.ts'
import type { ProgramOutcome, RulePrograms } from './ports.ts'
import { type ReadRules, type RuleText, readRules } from './rule-sources.ts'

export interface AskedPath extends PathQuestion {
  /** as it was typed */
  readonly asked: string
}

export interface PathSurroundings {
  readonly programs: RulePrograms
  readonly tables: Pick<NetworkTables, 'addresses' | 'links' | 'addressSets'>
  readonly hostName: string
  readonly netns: string | undefined
}

interface Machine {
  readonly host: PathFacts['host']
  readonly file: string | undefined
  readonly own: readonly { readonly address: Ip; readonly interfaceName: string | undefined }[]
  readonly addressesKnown: boolean
  readonly conntrack: PathFacts['conntrack']
}

/** The rules of the machine that this runs on, read once for any number of questions. */
export interface MachineRules {
  readonly rules: ReadRules
  readonly notRead: readonly RuleSourceFacts[]
  readonly machine: Machine
}

export async function readMachineRules(
  family: IpFamily,
  { programs, tables, hostName, netns }: PathSurroundings,
): Promise<MachineRules> {
  const [{ texts, sources }, sets, addresses, links] = await Promise.all([
    runAll(programs, family === 6),
    readSets(tables),
    tables.addresses(),
    tables.links(),
  ])
  const nameOf = (index: number): string | undefined => links.find((link) => link.index === index)?.name
  const machine = {
    host: { name: hostName, netns },
    file: undefined,
    own: addresses.map(({ address, interfaceIndex }) => ({ address, interfaceName: nameOf(interfaceIndex) })),
    addressesKnown: true,
    conntrack: {
      count: numberIn(programs.read('/proc/sys/net/netfilter/nf_conntrack_count')),
      max: numberIn(programs.read('/proc/sys/net/netfilter/nf_conntrack_max')),
    },
  }
  const rules = readRules(texts, sets.listed)
  // Where no rule asks for sets, it does not matter whether they can be read.
  const notRead = rules.unknownSets.length > 0 ? [...sources, ...sets.refused] : sources
  return { rules, notRead, machine }
}

export const pathOn = (asked: AskedPath, { rules, notRead, machine }: MachineRules): PathFacts =>
  factsFrom(asked, rules, notRead, machine)

/**
 * Of another machine, from what its programs printed.
 * @param nodeAddresses of that machine; empty when they are not known
 */
export function pathFromFiles(
  asked: AskedPath,
  texts: readonly RuleText[],
  nodeAddresses: readonly Ip[],
): PathFacts {
  const rules = readRules(texts)
  // kube-proxy gives the node what IPVS balances, on kube-ipvs0.
  const own = [...nodeAddresses, ...rules.servers.map(({ address }) => address)]
  return factsFrom(asked, rules, [], {
    host: undefined,
    file: texts.map(({ name }) => name).join(', '),
    own: own.map((address) => ({ address, interfaceName: undefined })),
    addressesKnown: nodeAddresses.length > 0,
    conntrack: undefined,
  })
}

function factsFrom(
  asked: AskedPath,
  rules: ReadRules,
  notRead: readonly RuleSourceFacts[],
  machine: Machine,
): PathFacts {
  const { target } = asked
  const { ports, knownPorts } = examinePath(
    asked,
    rules,
    machine.own.map(({ address }) => address),
  )
  const isKnown = ports.some(({ roles }) => roles.length > 0)
  const endpointOf = isKnown || asked.endsOnly === true ? undefined : rules.index.endpointOf(target)
  return {
    format: PATH_FACTS_FORMAT,
    target: {
      asked: asked.asked,
      address: formatIp(target),
      family: target.family,
      port: asked.port,
      protocol: asked.protocol,
    },
    host: machine.host,
    file: machine.file,
    sources: [...rules.sources, ...notRead],
    mode: rules.mode,
    replacements: rules.plugins,
    knownPorts,
    ...(endpointOf === undefined ? {} : { endpointOf }),
    isOwn: machine.own.some(({ address }) => sameIp(address, target)),
    ownInterface: machine.own.find(({ address }) => sameIp(address, target))?.interfaceName,
    addressesKnown: machine.addressesKnown,
    rulesKnown: rules.tables.some(({ chains }) => chains.has('KUBE-SERVICES') || chains.has('services')),
    unknownSets: rules.unknownSets,
    ports,
    conntrack: machine.conntrack,
  }
}

async function runAll(
  programs: RulePrograms,
  ipv6: boolean,
): Promise<{ texts: RuleText[]; sources: RuleSourceFacts[] }> {
  const tool = ipv6 ? 'ip6tables' : 'iptables'
  const variants = await Promise.all(
    [`${tool}-nft-save`, `${tool}-legacy-save`].map((name) => runOne(programs, name, [])),
  )
  // Older systems have one program only, of either variant.
  const iptables = variants.every(({ fact }) => fact?.result === 'not installed')
    ? [await runOne(programs, `${tool}-save`, [])]
    : variants
  // One of them may be all that iptables has here: what the legacy variant prints, nft does not show.
  const areRead = iptables.some(({ text }) => text !== undefined && isOfNft(text))
  const others = [ran('nft', await listNft(programs, areRead)), await runIpvs(programs)]
  const all = [...iptables, ...others]
  return {
    texts: all.flatMap(({ text }) => text ?? []),
    sources: all.flatMap(({ fact }) => fact ?? []),
  }
}

interface Ran {
  readonly text: RuleText | undefined
  readonly fact: RuleSourceFacts | undefined
}

const isOfNft = ({ name, text }: RuleText): boolean => !name.includes('legacy') && /^\*/m.test(text)

const runOne = async (programs: RulePrograms, name: string, args: readonly string[]): Promise<Ran> =>
  ran(name, await programs.run(name, args))

function ran(name: string, outcome: ProgramOutcome): Ran {
  return outcome.result === 'read'
    ? { text: { name, text: outcome.text }, fact: undefined }
    : { text: undefined, fact: { name, result: outcome.result, note: outcome.note } }
}

/** The kernel's own file says as much as ipvsadm; it is there only when IPVS is. */
async function runIpvs(programs: RulePrograms): Promise<Ran> {
  const name = '/proc/net/ip_vs'
  const text = programs.read(name)
  return text === undefined ? { text: undefined, fact: undefined } : { text: { name, text }, fact: undefined }
}

/** From the kernel itself: the program ipset is often in the image of kube-proxy only. */
async function readSets({ addressSets }: Pick<NetworkTables, 'addressSets'>): Promise<{
  listed: readonly ListedSet[]
  refused: RuleSourceFacts[]
}> {
  try {
    return { listed: await addressSets(), refused: [] }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    const result = code === 'EPERM' ? 'not permitted' : 'failed'
    const note = code === 'EPERM' ? 'reading sets takes CAP_NET_ADMIN' : code
    return { listed: [], refused: [{ name: 'the sets of the kernel (ipset)', result, note }] }
  }
}

const numberIn = (text: string | undefined): number | undefined =>
  text === undefined || !/^\d+\s*$/.test(text) ? undefined : Number(text)

/** `192.0.2.10`, `192.0.2.10:80`, `[2001:db8::1]:80`; undefined when it is none of them. */
export function addressAndPort(text: string): { address: Ip; port: number | undefined } | undefined {
  const bare = parseIp(text)
  if (bare !== undefined) return { address: bare, port: undefined }
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = parseIp(six ?? four ?? '')
  const port = digits === undefined ? undefined : Number(digits)
  if (address === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined
  return { address, port }
}
