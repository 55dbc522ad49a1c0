// Every diagnostic that validate can give. Codes are stable: they are written in scripts and pipelines, and each has its page
// docs/rules/CODE.md whose first line repeats the title. V0 text and objects, V1 pools, V2 peers, V3 BFD profiles,
// V4 communities, V5 L2 advertisements, V6 BGP advertisements, V7 modes, V8 across objects and cluster, V9 releases.
import type { Severity } from '../diagnostic.ts'

/** Who objects: the text itself, the API server, MetalLB when it loads the configuration, or only we. */
export type RuleSource = 'text' | 'api-server' | 'metallb' | 'lbctl'

export interface RuleInfo {
  readonly code: string
  readonly title: string
  /** the usual severity; a rule may lower it where it cannot be sure */
  readonly severity: Severity
  readonly source: RuleSource
}

const TABLE: readonly (readonly [code: string, severity: Severity, source: RuleSource, title: string])[] = [
  ['V001', 'error', 'text', 'Not a text file'],
  ['V002', 'error', 'text', 'Nothing in it'],
  ['V003', 'error', 'text', 'Not valid YAML'],
  ['V004', 'error', 'text', 'Tab in the indentation'],
  ['V005', 'error', 'text', 'Indentation lost'],
  ['V006', 'error', 'text', 'Key stands twice'],
  ['V007', 'error', 'text', 'Template or placeholder instead of a value'],
  ['V008', 'error', 'text', 'Text too large'],
  ['V009', 'error', 'text', 'YAML tag or alias that cannot be used'],
  ['V010', 'error', 'api-server', 'Not a Kubernetes object'],
  ['V011', 'error', 'api-server', 'Unknown MetalLB kind or version'],
  ['V012', 'error', 'api-server', 'Required field missing'],
  ['V013', 'error', 'api-server', 'Value of the wrong type'],
  ['V014', 'error', 'api-server', 'Number out of range'],
  ['V015', 'error', 'api-server', 'Value that is not allowed'],
  ['V016', 'error', 'api-server', 'Unknown field'],
  ['V017', 'error', 'metallb', 'Not a duration'],
  ['V018', 'error', 'api-server', 'Malformed text value'],
  ['V019', 'error', 'api-server', 'Two items with the same key'],
  ['V020', 'error', 'api-server', 'Invalid or missing name'],
  ['V021', 'error', 'api-server', 'Invalid namespace'],
  ['V022', 'error', 'api-server', 'Invalid label or annotation'],
  ['V023', 'error', 'lbctl', 'Object defined twice'],
  ['V024', 'info', 'lbctl', 'Objects that are not looked at'],
  ['V025', 'error', 'lbctl', 'Legacy configuration'],
  ['V030', 'error', 'metallb', 'Invalid label selector'],
  ['V031', 'error', 'metallb', 'Selector stands twice'],
  ['V032', 'error', 'metallb', 'Condition stands twice in a selector'],

  ['V101', 'error', 'metallb', 'Pool without addresses'],
  ['V102', 'error', 'metallb', 'Invalid prefix'],
  ['V103', 'error', 'metallb', 'Invalid range'],
  ['V104', 'error', 'metallb', 'Range starts after its end'],
  ['V105', 'warning', 'lbctl', 'Range mixes IP families'],
  ['V106', 'error', 'metallb', 'Addresses in two pools or entries'],
  ['V107', 'warning', 'lbctl', 'Prefix written with host bits'],
  ['V108', 'info', 'lbctl', 'Addresses ending in .0 or .255 are handed out'],
  ['V109', 'warning', 'lbctl', 'Addresses that no service can use'],
  ['V110', 'error', 'metallb', 'Namespace listed twice'],
  ['V111', 'warning', 'lbctl', 'Empty serviceAllocation'],
  ['V112', 'info', 'lbctl', 'Allocation rules of a pool that is not assigned automatically'],
  ['V113', 'info', 'lbctl', 'Pool too large to be counted'],
  ['V114', 'warning', 'lbctl', 'Pool reserved for namespaces that are not there'],

  ['V201', 'error', 'metallb', 'Own AS number missing'],
  ['V202', 'error', 'metallb', 'AS number of the peer missing'],
  ['V203', 'error', 'metallb', 'Both peerASN and dynamicASN'],
  ['V204', 'error', 'metallb', 'ebgpMultiHop within one AS'],
  ['V205', 'error', 'metallb', 'Neither address nor interface of the peer'],
  ['V206', 'error', 'metallb', 'Both address and interface of the peer'],
  ['V207', 'error', 'metallb', 'Invalid peer address'],
  ['V208', 'error', 'metallb', 'Invalid router ID'],
  ['V209', 'error', 'metallb', 'Invalid source address'],
  ['V210', 'error', 'metallb', 'Hold time neither 0 nor at least 3 seconds'],
  ['V211', 'error', 'metallb', 'Keepalive time longer than hold time'],
  ['V212', 'error', 'api-server', 'Connect time out of range'],
  ['V213', 'error', 'metallb', 'Both password and passwordSecret'],
  ['V214', 'info', 'lbctl', 'Password in plain text'],
  ['V215', 'warning', 'lbctl', 'Password Secret in another namespace'],
  ['V216', 'warning', 'lbctl', 'Reserved AS number'],
  ['V217', 'warning', 'lbctl', 'Source and peer address of different families'],
  ['V218', 'warning', 'lbctl', 'IPv6 address as router ID'],
  ['V219', 'warning', 'lbctl', 'Keepalives switched off under a running hold time'],
  ['V220', 'warning', 'lbctl', 'Time cut to whole seconds'],
  ['V221', 'warning', 'lbctl', 'Address that no router can have'],

  ['V301', 'info', 'lbctl', 'echoInterval without echoMode'],
  ['V302', 'info', 'lbctl', 'BFD profile that no peer uses'],
  ['V303', 'warning', 'lbctl', 'BFD echo over several hops'],
  ['V304', 'error', 'metallb', 'BFD echo with IPv6 addresses'],

  ['V401', 'error', 'metallb', 'Invalid community value'],
  ['V402', 'error', 'metallb', 'Community alias defined twice'],
  ['V403', 'warning', 'lbctl', 'Community without a name'],
  ['V404', 'warning', 'lbctl', 'Community alias that looks like a value'],

  ['V501', 'error', 'metallb', 'Item listed twice in an L2Advertisement'],
  ['V502', 'warning', 'lbctl', 'L2Advertisement names an unknown pool'],
  ['V503', 'warning', 'lbctl', 'L2Advertisement selects no pool'],
  ['V504', 'warning', 'lbctl', 'L2Advertisement selects no node'],
  ['V505', 'info', 'lbctl', 'L2Advertisement is bound to interfaces'],
  ['V506', 'warning', 'lbctl', 'Impossible interface name'],
  ['V507', 'warning', 'lbctl', 'Interface list without effect'],

  ['V601', 'error', 'metallb', 'Aggregation length too long'],
  ['V602', 'error', 'metallb', 'Local preference out of range'],
  ['V603', 'error', 'metallb', 'Aggregation wider than the pool'],
  ['V604', 'error', 'api-server', 'Aggregation together with serviceSelectors'],
  ['V605', 'error', 'metallb', 'Item listed twice in a BGPAdvertisement'],
  ['V606', 'warning', 'lbctl', 'BGPAdvertisement names an unknown pool'],
  ['V607', 'warning', 'lbctl', 'BGPAdvertisement selects no pool'],
  ['V608', 'warning', 'lbctl', 'BGPAdvertisement names an unknown peer'],
  ['V609', 'error', 'metallb', 'Invalid community in a BGPAdvertisement'],
  ['V610', 'error', 'metallb', 'Community alias not defined'],
  ['V611', 'error', 'metallb', 'Conflicting local preferences'],
  ['V612', 'warning', 'lbctl', 'BGPAdvertisement selects no node'],
  ['V613', 'info', 'lbctl', 'Aggregation length without effect'],
  ['V614', 'warning', 'lbctl', 'Aggregated addresses with externalTrafficPolicy Local'],
  ['V615', 'warning', 'lbctl', 'BGPAdvertisement without any peer'],
  ['V616', 'info', 'lbctl', 'Local preference that no peer sees'],
  ['V617', 'info', 'lbctl', 'Aggregate covers addresses outside the pool'],

  ['V701', 'error', 'metallb', 'Peer setting that native mode refuses'],
  ['V702', 'error', 'metallb', 'BFD profile in native mode'],
  ['V703', 'error', 'metallb', 'IPv6 over BGP in native mode'],
  ['V704', 'error', 'metallb', 'Large community in native mode'],
  ['V705', 'info', 'lbctl', 'Setting without effect in native mode'],
  ['V706', 'warning', 'lbctl', 'IPv6 peer in native mode'],
  ['V707', 'error', 'metallb', 'Different router IDs on one node'],
  ['V708', 'error', 'metallb', 'Same router twice on one node'],
  ['V709', 'error', 'metallb', 'Different own AS numbers on one node'],
  ['V710', 'warning', 'lbctl', 'Addresses of a family that no session carries'],
  ['V711', 'warning', 'lbctl', 'Too many communities for native mode'],
  ['V712', 'warning', 'lbctl', 'localASN is the same as myASN'],

  ['V801', 'warning', 'lbctl', 'Pool that nothing announces'],
  ['V802', 'error', 'metallb', 'BFD profile not defined'],
  ['V803', 'error', 'metallb', 'Password Secret not found'],
  ['V804', 'error', 'metallb', 'Password Secret of the wrong type'],
  ['V805', 'error', 'metallb', 'Password Secret without a password'],
  ['V806', 'info', 'lbctl', 'Password Secret not checked'],
  ['V807', 'warning', 'lbctl', 'Objects in different namespaces'],
  ['V808', 'error', 'metallb', "Object outside MetalLB's namespace"],
  ['V809', 'warning', 'lbctl', 'Pool holds the address of a node'],
  ['V810', 'warning', 'lbctl', 'Pool holds the address of a gateway'],
  ['V811', 'warning', 'lbctl', 'Pool overlaps the cluster addresses of Services'],
  ['V812', 'warning', 'lbctl', 'Pool overlaps the addresses of Pods'],
  ['V813', 'warning', 'lbctl', 'Pool holds the address of a BGP peer'],
  ['V814', 'warning', 'lbctl', 'More prefixes than the router accepts'],
  ['V815', 'warning', 'lbctl', 'Peer selects no node'],
  ['V816', 'warning', 'lbctl', 'Peers without any BGPAdvertisement'],
  ['V817', 'warning', 'lbctl', 'Service asks for an unknown pool'],
  ['V818', 'warning', 'lbctl', 'Service asks for an address outside the pools'],
  ['V819', 'error', 'metallb', 'Service asks for addresses in two ways'],
  ['V820', 'info', 'lbctl', 'Objects without a namespace'],
  ['V821', 'warning', 'lbctl', 'Every node is excluded from load balancing'],

  ['V901', 'error', 'lbctl', 'Field newer than the target release'],
  ['V902', 'error', 'lbctl', 'Kind not in the target release'],
  ['V903', 'warning', 'api-server', 'Deprecated field'],
  ['V904', 'warning', 'api-server', 'Deprecated version of a kind'],
  ['V905', 'error', 'lbctl', 'Kind that was removed'],
  ['V906', 'warning', 'lbctl', 'Field that no release has yet'],
  ['V907', 'error', 'lbctl', 'Large community before release 0.13.10'],
]

export const RULES: ReadonlyMap<string, RuleInfo> = new Map(
  TABLE.map(([code, severity, source, title]) => [code, { code, title, severity, source }]),
)

export function ruleOf(code: string): RuleInfo {
  const rule = RULES.get(code)
  if (rule === undefined) throw new Error(`no rule has the code ${code}`)
  return rule
}
