// F20, F34: which nodes reach the speakers of which others on the port of memberlist. Who cannot be reached at all is taken for dead, and both sides
// announce; one pair that cannot talk is helped by the others (memberlist asks them to ping for it), and is bad luck waiting.
import { type ClusterCheck, type ClusterDraft, failOr, pass, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { keyOf } from '../object-keys.ts'
import { absentNodes, probesOf } from '../probed-services.ts'
import { counted, listed } from '../wording.ts'
import { outcomeText, type ReachTry } from './reach-try.ts'

export const speakersReach: ClusterCheck = {
  id: 'speakers-reach',
  code: 'F20',
  link: 'owner',
  title: 'the speakers reach each other',
  needs: ['probes'],
  evaluate: (view) => {
    const tries = probesOf(view, 'reach').flatMap(({ node, facts }) =>
      facts.targets
        .filter(({ purpose }) => purpose === 'gossip')
        .map((target): ReachTry => ({ from: node, to: target.name, target })),
    )
    const absent = absentNodes(view)
    if (tries.length === 0 && absent !== undefined) return unknown(absent)
    if (tries.length === 0) return skip('it was tried from no node (--agents, --ssh)')
    const failed = tries.filter(({ target }) => target.result !== 'connected')
    if (failed.length === 0 && absent !== undefined) return unknown(absent)
    if (failed.length === 0) return pass(`${counted(tries.length, 'connection')} from node to node`)
    if (failed.length === tries.length && failed.every(isRefused))
      return unknown(
        `nothing listens on port ${portOf(failed)} of any node: memberlist is switched off, or has another port`,
      )
    const groups = groupsOf(tries)
    return failOr(groups.length > 1 ? [apart(groups, failed, view)] : [...pairs(failed), ...deaf(failed)], '')
  },
}

const isRefused = ({ target }: ReachTry): boolean => target.code === 'ECONNREFUSED'

/** Nodes that hang together: a pair of which nothing is known is taken to talk, so that what is left apart is sure. */
function groupsOf(tries: readonly ReachTry[]): readonly (readonly string[])[] {
  const nodes = [...new Set(tries.flatMap(({ from, to }) => [from, to]))].sort()
  const key = (a: string, b: string): string => JSON.stringify([a, b].sort())
  const tried = new Set(tries.map(({ from, to }) => key(from, to)))
  const works = new Set(
    tries.filter(({ target }) => target.result === 'connected').map(({ from, to }) => key(from, to)),
  )
  const left = new Set(nodes)
  const groups: string[][] = []
  for (const start of nodes) {
    if (!left.delete(start)) continue
    const group = [start]
    for (const node of group)
      for (const other of left)
        if (works.has(key(node, other)) || !tried.has(key(node, other))) {
          left.delete(other)
          group.push(other)
        }
    groups.push(group.sort())
  }
  return groups.sort((a, b) => a.length - b.length)
}

/** That of memberlist in this installation: 7946, unless it says otherwise. */
const portOf = ([first]: readonly ReachTry[]): number => first?.target.port ?? 7946

const triedText = ({ from, to, target }: ReachTry): string =>
  `from ${from} to ${to} (${target.address}:${target.port}): ${outcomeText({ target })}`

const evidenceOf = (failed: readonly ReachTry[]): string[] => {
  const shown = failed.slice(0, 6).map(triedText)
  return failed.length > shown.length ? [...shown, `and ${failed.length - shown.length} more`] : shown
}

const fixOf = (failed: readonly ReachTry[]): ClusterDraft['fix'] => {
  const nodes = [...new Set(failed.flatMap(({ from, to }) => [from, to]))].sort()
  const port = portOf(failed)
  return [
    {
      text: `Let TCP and UDP port ${port} through between all nodes, in the firewalls of ${listed(nodes)} and of the network.`,
      command: `firewall-cmd --permanent --add-port=${port}/tcp --add-port=${port}/udp && firewall-cmd --reload`,
    },
    { text: 'Or find the rule.', command: `nft list ruleset | grep -nE "${port}|drop|reject"` },
  ]
}

function apart(
  groups: readonly (readonly string[])[],
  failed: readonly ReachTry[],
  view: ClusterView,
): ClusterDraft {
  const sides = groups.map((group) => listed(group))
  return {
    code: 'F20',
    title: `The speakers of ${sides.slice(0, -1).join('; of ')} and of ${sides.at(-1)} do not reach each other on port ${portOf(failed)}.`,
    severity: 'error',
    confidence: 'likely',
    subject: `port ${portOf(failed)}`,
    evidence: evidenceOf(failed),
    cause:
      'A firewall of a node or of the network stops the gossip. Each side takes the other for dead and elects a node of its own, so that two nodes answer for an address.',
    fix: fixOf(failed),
    candidates: ['F34'],
    notTested: [`UDP port ${portOf(failed)}: an answer to it needs the key of the speakers`],
    affects: view.servicesWithAddress
      .filter((service) => (view.poolOf(service)?.l2.length ?? 0) > 0)
      .map(keyOf),
  }
}

function pairs(failed: readonly ReachTry[]): readonly ClusterDraft[] {
  const stopped = failed.filter((each) => !isRefused(each))
  const [first] = stopped
  if (first === undefined) return []
  const names = [...new Set(stopped.map(({ from, to }) => [from, to].sort().join(' and ')))]
  return [
    {
      code: 'F34',
      title:
        names.length === 1
          ? `${first.from} does not reach the speaker of ${first.to} on port ${portOf(failed)}.`
          : `${names.length} pairs of nodes do not reach each other on port ${portOf(failed)}: ${listed(names, 3)}.`,
      severity: 'warning',
      confidence: 'likely',
      subject: `port ${portOf(failed)}`,
      evidence: evidenceOf(stopped),
      cause:
        'A firewall of a node or of the network stops it. The speakers still hear of each other through the other nodes; when those are down, both sides elect.',
      fix: fixOf(stopped),
      candidates: ['F20'],
      affects: 'installation',
    },
  ]
}

function deaf(failed: readonly ReachTry[]): readonly ClusterDraft[] {
  const refused = failed.filter(isRefused)
  const names = [...new Set(refused.map(({ to }) => to))].sort()
  if (names.length === 0) return []
  return [
    {
      code: 'F20',
      title: `Nothing listens on port ${portOf(failed)} of ${listed(names)}, where a speaker runs.`,
      severity: 'warning',
      confidence: 'likely',
      subject: `port ${portOf(failed)}`,
      evidence: evidenceOf(refused),
      cause: 'The speaker there has no memberlist, or is about to start. It hears of no other speaker.',
      fix: [
        {
          text: 'See why.',
          command: `kubectl get pods -A -o wide -l component=speaker; kubectl logs -A -l component=speaker --tail=50 | grep -i memberlist`,
        },
      ],
      candidates: ['F04'],
      affects: 'installation',
    },
  ]
}
