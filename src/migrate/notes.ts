// What means something else today, although it is written the same.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { ConvertOptions } from './convert/context.ts'
import { say } from './convert/context.ts'
import type { LegacyResult } from './convert/legacy.ts'
import type { NodeFact } from './facts.ts'
import { EXCLUDE_LABEL } from './services/after.ts'

export function semanticNotes(
  legacy: readonly LegacyResult[],
  nodes: readonly NodeFact[] | undefined,
  options: ConvertOptions & { readonly ignoreExcludeLabel: boolean },
): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const result of legacy) {
    noteMultihop(result, diagnostics)
    noteHoldTime(result, diagnostics)
    noteElection(result, diagnostics)
  }
  if (legacy.length > 0 && !options.ignoreExcludeLabel) noteExcluded(legacy, nodes, diagnostics)
  return diagnostics
}

/** The native speaker never set a TTL, so every eBGP session could cross routers; FRR sets 1 unless told otherwise. */
function noteMultihop({ config }: LegacyResult, diagnostics: Diagnostic[]): void {
  const peers = (config.peers?.value ?? []).filter(
    ({ value }) =>
      value['ebgp-multihop']?.value !== true && value['my-asn']?.value !== value['peer-asn']?.value,
  )
  const [first] = peers
  if (first === undefined) return
  say(
    { diagnostics },
    'M052',
    'info',
    first.node,
    `${peers.length === 1 ? 'One eBGP peer has' : `${peers.length} eBGP peers have`} no ebgp-multihop. The native mode ignores distance, but in the FRR modes (the default since v0.16) a router that is not on the node's own network is no longer reached.`,
    'Set ebgpMultiHop: true on those BGPPeers if a router lies between.',
  )
}

/** The native speaker asks for 90 s when nothing is set; FRR asks for 180 s, so a dead router is noticed later. */
function noteHoldTime({ config }: LegacyResult, diagnostics: Diagnostic[]): void {
  const peers = (config.peers?.value ?? []).filter(
    ({ value }) => value['hold-time'] === undefined && value['keepalive-time'] === undefined,
  )
  const [first] = peers
  if (first === undefined) return
  say(
    { diagnostics },
    'M056',
    'info',
    first.node,
    `${peers.length === 1 ? 'One peer sets' : `${peers.length} peers set`} no hold-time. That was 90 seconds; in the FRR modes (the default since v0.16) it is 180 seconds.`,
    'Write holdTime: 1m30s, or run lbctl with --explicit, to keep it as it was.',
  )
}

function noteElection({ config, election, dialect }: LegacyResult, diagnostics: Diagnostic[]): void {
  const pool = (config['address-pools']?.value ?? []).find(
    ({ value }) => value.protocol !== undefined && value.protocol.value !== 'bgp',
  )
  if (pool === undefined || election === 'by-address') return
  const known = election === 'by-service' ? `v0.${dialect.assumed} chose` : 'Up to v0.10 MetalLB chose'
  say(
    { diagnostics },
    'M055',
    'info',
    pool.value.protocol?.node ?? pool.node,
    `${known} the node that announces a layer 2 address by the Service's name; since v0.11 the address decides. Addresses may move to other nodes when the speakers are replaced.`,
  )
}

function noteExcluded(
  legacy: readonly LegacyResult[],
  nodes: readonly NodeFact[] | undefined,
  diagnostics: Diagnostic[],
): void {
  const at = legacy[0]?.document.payload
  const excluded = (nodes ?? [])
    .filter((node) => Object.hasOwn(node.labels, EXCLUDE_LABEL))
    .map((node) => node.name)
  if (at === undefined || excluded.length === 0) return
  const first = {
    kind: 'scalar',
    text: '',
    style: 'plain',
    source: at.source,
    start: at.start,
    end: at.start + 1,
  } as const
  say(
    { diagnostics },
    'M054',
    'warning',
    first,
    `Since v0.14.2 nodes with the label ${EXCLUDE_LABEL} announce nothing; here these are ${excluded.join(', ')}.`,
    'Remove the label where the node is meant to announce, or run the speakers with --ignore-exclude-lb.',
  )
}
