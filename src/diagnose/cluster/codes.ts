// F01–F48: what each code is about, which facts can show it, and what it may be a mere consequence of. One table: the pages of
// docs/findings, their overview and the ranking come from it.

import type { Link } from './cluster-check.ts'
import type { PlaneName } from './cluster-facts.ts'

/** A: seen again and again; B: common; C: occasional, but nasty. */
export type Tier = 'A' | 'B' | 'C'

export interface CodeInfo {
  readonly code: string
  readonly tier: Tier
  readonly link: Link
  /** as the page's first line has it */
  readonly title: string
  /** facts that show it, alone or together */
  readonly planes: readonly PlaneName[]
  /** the same trouble may be all that is left to see of these */
  readonly consequenceOf: readonly string[]
}

type Row = readonly [
  code: string,
  tier: Tier,
  link: Link,
  planes: string,
  consequenceOf: string,
  title: string,
]

const TABLE: readonly Row[] = [
  [
    'F01',
    'A',
    'advertisement',
    'configuration services nodes probes',
    'F03 F04 F05 F06 F07 F08 F09 F24 F28 F36 F37 F38 F39 F40',
    'Nobody announces the address',
  ],
  [
    'F02',
    'A',
    'installation',
    'webhooks endpointSlices deployments',
    'F04',
    'The admission webhook cannot be reached',
  ],
  [
    'F03',
    'A',
    'candidates',
    'nodes configuration daemonSets',
    '',
    'The nodes are excluded from load balancers',
  ],
  [
    'F04',
    'A',
    'installation',
    'daemonSets deployments pods events secrets namespaces',
    '',
    'The pods of MetalLB do not run',
  ],
  [
    'F05',
    'B',
    'configuration',
    'configuration statuses secrets logs',
    '',
    'The configuration is refused, and an old one goes on',
  ],
  [
    'F06',
    'B',
    'configuration',
    'configuration configMaps kinds daemonSets',
    '',
    'Configuration of before 0.13 that nobody reads any more',
  ],
  [
    'F07',
    'A',
    'installation',
    'services daemonSets foreign',
    '',
    'Two load balancer controllers handle the same Services',
  ],
  ['F08', 'A', 'candidates', 'services endpointSlices pods', '', 'The Service has no usable endpoint'],
  [
    'F09',
    'A',
    'allocation',
    'services configuration namespaces events',
    'F04 F05 F06',
    'The Service gets no address',
  ],
  ['F10', 'B', 'allocation', 'services configuration events', '', 'An address cannot be shared'],
  ['F11', 'A', 'wire', 'probes configuration', '', 'The address is used by another machine'],
  [
    'F12',
    'B',
    'allocation',
    'configuration nodes services',
    '',
    'The pool holds an address that no Service can have',
  ],
  ['F13', 'B', 'allocation', 'services probes', '', 'The address is handed out twice'],
  ['F14', 'A', 'wire', 'hosts configuration probes', '', 'The address is not on this link'],
  ['F15', 'A', 'wire', 'hosts probes', '', 'A wireless interface drops ARP'],
  ['F16', 'A', 'wire', 'nodes hosts probes', '', 'The hypervisor or the cloud drops the frames'],
  ['F17', 'B', 'wire', 'hosts probes', '', 'A layer 3 tunnel has no ARP'],
  ['F18', 'A', 'wire', 'configMaps hosts probes', '', 'kube-proxy in IPVS mode without strictARP'],
  [
    'F19',
    'B',
    'wire',
    'hosts probes',
    '',
    'The wrong card of the host answers, or a part of a bond or bridge is used',
  ],
  ['F20', 'B', 'owner', 'statuses events probes logs', 'F24', 'Two speakers answer'],
  ['F21', 'A', 'wire', 'probes', 'F20 F24', 'The network still sends to the old owner'],
  ['F22', 'B', 'wire', 'nodes events', '', 'The switch shuts the port of a node'],
  [
    'F23',
    'C',
    'owner',
    'events configuration hosts probes',
    '',
    'No interface is left to ask or announce on',
  ],
  ['F24', 'B', 'owner', 'nodes pods configuration', 'F04', 'The elected node is dead or not ready'],
  ['F25', 'B', 'wire', 'hosts leases probes', '', 'An old node still has the address'],
  ['F26', 'B', 'owner', 'foreign configMaps leases', '', 'Cilium does not announce the address'],
  [
    'F27',
    'B',
    'wire',
    'configuration hosts probes',
    '',
    'IPv6 neighbour discovery works in part, or an address is a duplicate',
  ],
  [
    'F28',
    'A',
    'candidates',
    'services endpointSlices nodes',
    'F08',
    'externalTrafficPolicy Local without a local endpoint',
  ],
  ['F29', 'A', 'data path', 'hosts services probes', '', 'The cluster does not reach its own address'],
  ['F30', 'A', 'return path', 'hosts probes', '', 'The answer takes another way back'],
  ['F31', 'B', 'return path', 'probes', 'F30', 'A firewall on the way sees half of the connection'],
  [
    'F32',
    'B',
    'data path',
    'configMaps daemonSets hosts',
    '',
    'What serves Services on the node does not serve the address',
  ],
  ['F33', 'B', 'return path', 'hosts probes', '', 'Packets are too large for the way'],
  ['F34', 'A', 'data path', 'services hosts probes logs', '', 'A firewall rejects the connection'],
  ['F35', 'A', 'wire', 'probes', '', 'The test means nothing from here'],
  [
    'F36',
    'A',
    'wire',
    'statuses probes logs',
    'F05 F34 F37 F38 F39 F40 F42 F44 F48',
    'No BGP on the other side',
  ],
  ['F37', 'A', 'wire', 'probes logs', '', 'AS numbers do not fit'],
  ['F38', 'A', 'wire', 'configuration secrets probes logs', '', 'Passwords do not match'],
  ['F39', 'B', 'wire', 'configuration hosts probes', '', 'Too far away, or not near enough'],
  ['F40', 'B', 'wire', 'foreign configuration hosts probes', '', 'Another speaker has the session'],
  ['F41', 'B', 'wire', 'probes logs', '', 'The hold time is over, or nobody watches'],
  ['F42', 'C', 'wire', 'configuration nodes probes', '', 'Router ID missing, double or illegal'],
  ['F43', 'A', 'wire', 'configuration statuses probes', 'F36 F37 F38 F39 F40', 'The router has no route'],
  ['F44', 'C', 'wire', 'configuration services probes logs', '', 'Too many prefixes'],
  ['F45', 'B', 'wire', 'configuration services nodes probes', '', 'ECMP does not do what it should'],
  ['F46', 'B', 'wire', 'configuration statuses probes', '', 'BFD is in the way'],
  ['F47', 'B', 'wire', 'configuration daemonSets probes', '', 'Graceful restart does not help'],
  ['F48', 'C', 'configuration', 'statuses', '', 'FRR does not take the configuration'],
]

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '))

export const CODES: ReadonlyMap<string, CodeInfo> = new Map(
  TABLE.map(([code, tier, link, planes, consequenceOf, title]) => [
    code,
    { code, tier, link, title, planes: words(planes) as PlaneName[], consequenceOf: words(consequenceOf) },
  ]),
)

/** @throws Error for a code that is none: a check names a finding that has no page */
export function codeInfo(code: string): CodeInfo {
  const info = CODES.get(code)
  if (info === undefined) throw new Error(`no finding has the code ${code}`)
  return info
}
