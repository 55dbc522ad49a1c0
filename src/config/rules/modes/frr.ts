// V707–V709: what FRR cannot have on one node, where all sessions belong to one router (for each VRF).
import { type BGPPeer, keySpan, nameSpan } from '../../objects/read-object.ts'
import { ClashFinder } from '../../semantics/clash.ts'
import type { NodeClass } from '../../semantics/node-selection.ts'
import type { RuleContext } from '../context.ts'

export function frrModes(context: RuleContext): void {
  if (context.options.mode === 'native') return
  const peers = context.objects.peers.flatMap((peer) => {
    const nodes = peer.failed.has('nodeSelectors')
      ? undefined
      : context.nodes.classOf(peer.spec.nodeSelectors)
    return nodes === undefined ? [] : [{ peer, nodes }]
  })
  compare(context, 'V707', peers, {
    group: ({ failed }) => (failed.has('routerID') ? undefined : ''),
    value: ({ spec }) => spec.routerID ?? '',
    field: 'routerID',
    message: ({ spec }, other) =>
      `The router ID is ${spec.routerID ?? 'not set'} here and ${other.spec.routerID ?? 'not set'} in BGPPeer "${other.name}"`,
    hint: 'Set the same routerID in all of them, or in none.',
  })
  compare(context, 'V709', peers, {
    group: ({ spec }) => (spec.myASN === undefined ? undefined : (spec.vrf ?? '')),
    value: ({ spec }) => String(spec.myASN),
    field: 'myASN',
    message: ({ spec }, other) =>
      `myASN is ${spec.myASN} here and ${other.spec.myASN} in BGPPeer "${other.name}"`,
    hint: 'Use one myASN; towards a router that expects another one, set localASN (0.16.0 or later).',
  })
  let count = 0
  compare(context, 'V708', peers, {
    group: ({ spec }) => {
      const target = spec.peerAddress ?? spec.interface ?? ''
      return target === '' ? undefined : `${target} ${spec.vrf ?? ''}`
    },
    // Every peer differs from every other: two in one group are enough.
    value: () => String(count++),
    field: 'peerAddress',
    message: ({ spec }, other) =>
      `BGPPeer "${other.name}" connects to ${spec.peerAddress ?? spec.interface} too`,
    hint: 'Keep one of the two for each node.',
  })
}

interface Comparison {
  /** peers of one group are compared; undefined leaves a peer out */
  readonly group: (peer: BGPPeer) => string | undefined
  readonly value: (peer: BGPPeer) => string
  readonly field: string
  readonly message: (peer: BGPPeer, other: BGPPeer) => string
  readonly hint: string
}

function compare(
  context: RuleContext,
  code: string,
  peers: readonly { readonly peer: BGPPeer; readonly nodes: NodeClass }[],
  rule: Comparison,
): void {
  const finder = new ClashFinder<BGPPeer>()
  const mode = context.options.mode
  for (const { peer, nodes } of peers) {
    const group = rule.group(peer)
    if (group === undefined) continue
    const value = rule.value(peer)
    const found = finder.find(group, nodes, value)
    if (found !== undefined) {
      const where = found.sure
        ? 'and both are for the same node'
        : 'and a node may match the selectors of both'
      const place = (p: BGPPeer) =>
        Object.hasOwn(p.spec, rule.field) ? keySpan(p, ['spec'], rule.field) : nameSpan(p)
      context.report(code, peer, {
        message: `${rule.message(peer, found.item)}, ${where}: ${mode === undefined ? 'FRR modes refuse' : `${mode} mode refuses`} that.`,
        path: ['spec', rule.field],
        at: place(peer),
        related: [{ message: `BGPPeer "${found.item.name}"`, at: place(found.item) }],
        hint: found.sure ? rule.hint : `${rule.hint} Give the Nodes too, to know for sure.`,
        ...(found.sure && mode !== undefined ? {} : { severity: 'warning' as const }),
      })
    }
    finder.add(group, nodes, value, peer)
  }
}
