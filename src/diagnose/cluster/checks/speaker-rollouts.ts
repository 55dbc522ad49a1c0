// F47: what becomes of the routes while the speakers are replaced, and whether graceful restart can help.
import type { Peer } from '../../../speaker/configuration/configuration.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { at, numberAt, textAt } from '../object-fields.ts'
import { counted, listed } from '../wording.ts'

export const speakerRollouts: ClusterCheck = {
  id: 'speaker-rollouts',
  code: 'F47',
  link: 'wire',
  title: 'routers keep the routes while speakers are replaced',
  needs: ['configuration', 'daemonSets'],
  evaluate: (view) => {
    const { configuration } = view
    const peers = configuration.ok ? configuration.value.peers : []
    if (peers.length === 0) return skip('there is no BGPPeer')
    return failOr([...allAtOnce(peers, view), ...againstBfd(peers)], counted(peers.length, 'BGPPeer'))
  },
}

/** Nodes whose speaker a rollout may stop at the same time; Kubernetes rounds a share up. */
function atOnce(view: ClusterView): number {
  const { object } = view.installation?.speaker ?? {}
  if (object === undefined || textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return 0
  const desired = numberAt(object, 'status', 'desiredNumberScheduled') ?? 0
  const most = at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable') ?? 1
  if (typeof most === 'number') return Math.min(most, desired)
  const share = typeof most === 'string' ? /^(\d+)%$/.exec(most)?.[1] : undefined
  return share === undefined ? 1 : Math.min(Math.ceil((Number(share) * desired) / 100), desired)
}

/** One node after the other, the others carry on; all at once, nobody does. */
function allAtOnce(peers: readonly Peer[], view: ClusterView): ClusterDraft[] {
  const stopped = atOnce(view)
  const all = numberAt(view.installation?.speaker?.object, 'status', 'desiredNumberScheduled') ?? 0
  const bare = peers.filter(({ session }) => !session.gracefulRestart)
  if (all < 2 || stopped < all || bare.length === 0) return []
  return [
    {
      title: `A rollout stops all ${all} speakers at once, and the routers drop every route: no graceful restart with ${listed(bare.map(({ name }) => name))}.`,
      severity: 'warning',
      confidence: 'certain',
      subject: view.installation?.speaker?.title ?? 'speaker',
      evidence: [
        `updateStrategy.rollingUpdate.maxUnavailable lets ${stopped} of ${all} speakers stop at the same time`,
        `BGPPeer without enableGracefulRestart: ${listed(bare.map(({ name }) => name))}`,
      ],
      cause:
        'A speaker that ends closes its sessions, and the routers drop what it announced until it is back.',
      fix: [
        {
          text: 'Replace one speaker after the other.',
          command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} patch daemonset ${view.installation?.speaker?.object.metadata.name ?? 'speaker'} -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":1}}}}'`,
        },
        {
          text: 'Or let the routers keep the routes: enableGracefulRestart in a BGPPeer that is made anew, and the helper on the router.',
        },
      ],
      affects: [],
    },
  ]
}

/** A restart stops BFD, too, and a router that sees it go down drops the routes that it was to keep. */
function againstBfd(peers: readonly Peer[]): ClusterDraft[] {
  const both = peers.filter(({ session, bfd }) => session.gracefulRestart && bfd !== undefined)
  if (both.length === 0) return []
  return [
    {
      title: `BFD undoes graceful restart with ${listed(both.map(({ name }) => name))}: it goes down with the speaker.`,
      severity: 'warning',
      confidence: 'possible',
      subject: `BGPPeer ${both[0]?.name ?? ''}`,
      evidence: both
        .slice(0, 5)
        .map(({ name, bfd }) => `BGPPeer ${name}: enableGracefulRestart and bfdProfile ${bfd?.name ?? ''}`),
      cause:
        'BFD runs beside the speaker and stops with it. The router takes that for a dead node and drops the routes, unless it heeds the C bit of BFD (RFC 5882 §4.3).',
      fix: [
        {
          text: 'Decide for one of both: BFD finds dead nodes fast, graceful restart keeps routes while speakers are replaced.',
        },
        { text: 'Or have the router heed the C bit (FRR: neighbor … bfd check-control-plane-failure).' },
      ],
      candidates: ['F46'],
      affects: [],
    },
  ]
}
