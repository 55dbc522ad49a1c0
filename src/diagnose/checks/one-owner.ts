import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, type FindingDraft, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { type Owner, ownerRounds, ownersOf, ownerText, roundText } from './answers.ts'
import { isFlapping } from './steady-owner.ts'

export const oneOwner: Check<LinkFacts> = {
  id: 'one-owner',
  title: 'exactly one hardware address answers',
  evaluate: (facts): CheckOutcome => {
    const owners = ownersOf(facts)
    const [owner] = owners
    if (owner === undefined) return skip('nobody answered')
    if (owners.length === 1)
      return facts.rawFrames ? pass(owner.mac) : skip('without CAP_NET_RAW only one answer can be seen')
    if (isFlapping(facts)) return skip('see whether the owner is steady')
    const { address } = facts.examined
    const kind = kindOf(facts, owners)
    const { who, evidence, ...rest } = kind
    return fail({
      ...rest,
      title: `${owners.length} hardware addresses answer for ${address}: ${who}.`,
      severity: 'error',
      subject: address,
      evidence: [
        ...owners.map(
          (each) => `${ownerText(each)}: ${countsText(each)} on ${each.interfaces.join(' and ')}`,
        ),
        ...evidence,
        ...(rest.code === 'F19' ? [] : straightPaths(facts)),
        ...ownerRounds(facts).map(roundText),
      ],
    })
  },
}

const countsText = ({ answers, claims }: Owner): string =>
  [
    answers > 0 || claims === 0 ? `${answers} ${answers === 1 ? 'answer' : 'answers'}` : [],
    claims > 0 ? `${claims} ${claims === 1 ? 'claim' : 'claims'}` : [],
  ]
    .flat()
    .join(' and ')

type Kind = Pick<FindingDraft, 'code' | 'confidence' | 'cause' | 'fix' | 'candidates'> & {
  readonly who: string
  readonly evidence: readonly string[]
}

function kindOf(facts: LinkFacts, owners: readonly Owner[]): Kind {
  const nodes = new Set(owners.flatMap(({ node }) => node ?? []))
  const known = owners.filter(({ node }) => node !== undefined).length
  if (nodes.size === 1 && known === owners.length)
    return sameHost('certain', `all are cards of the node ${[...nodes][0]}`, [])
  const shared = [...siblingsOf(facts, owners), ...crossedPaths(facts, owners)]
  if (shared.length > 0) return sameHost('likely', 'two cards of one host', shared)
  if (known === owners.length) return severalNodes(facts, owners, nodes.size)
  if (facts.nodes !== undefined && known < owners.length) return foreign(owners)
  return unrelated(facts, owners)
}

/** Another address of one of them that the others answer for, too: then they are one machine. */
function siblingsOf(facts: LinkFacts, owners: readonly Owner[]): string[] {
  const macs = owners.map(({ mac }) => mac)
  return facts.rounds
    .filter(({ purpose }) => purpose === 'sibling')
    .filter(({ replies }) => macs.filter((mac) => replies.some((reply) => reply.mac === mac)).length > 1)
    .map(
      ({ address }) =>
        `the same hardware addresses also answer for ${address}, which is another address of that host`,
    )
}

/** What was sent to one card came back by the other. */
const crossedPaths = (facts: LinkFacts, owners: readonly Owner[]): string[] =>
  facts.returnPaths
    .filter(({ sentTo, answeredBy }) => answeredBy !== sentTo && owners.some(({ mac }) => mac === answeredBy))
    .map(
      ({ sentTo, answeredBy, port }) =>
        `a TCP SYN for port ${port} that was sent to ${sentTo} was answered by ${answeredBy}`,
    )

/** Each answered for itself: that is what two hosts do. */
const straightPaths = (facts: LinkFacts): string[] =>
  facts.returnPaths.length > 1 && facts.returnPaths.every(({ sentTo, answeredBy }) => sentTo === answeredBy)
    ? ['each answered a TCP SYN that was sent to it alone by itself, as two hosts do']
    : []

const sameHost = (confidence: Kind['confidence'], who: string, evidence: readonly string[]): Kind => ({
  code: 'F19',
  confidence,
  who,
  evidence,
  cause:
    'Two cards of one host are on the same segment, and Linux answers on each of them for addresses of all of them (ARP flux). Which card gets the traffic is left to chance.',
  fix: [
    {
      text: 'On that host, answer only on the card that has the address.',
      command: 'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2',
    },
    {
      text: 'For an address that MetalLB announces, name one card under "interfaces" of the L2Advertisement.',
    },
    { text: 'Or make the two cards one bond.' },
  ],
})

function severalNodes(facts: LinkFacts, owners: readonly Owner[], nodes: number): Kind {
  const all = facts.nodes?.filter(({ macs }) => macs.length > 0).length ?? 0
  const everyNode = nodes > 2 && nodes === all
  return {
    code: everyNode ? 'F18' : 'F20',
    confidence: everyNode ? 'likely' : 'possible',
    who: everyNode ? 'every node of the cluster' : `${nodes} nodes of the cluster`,
    evidence: [],
    cause: everyNode
      ? 'kube-proxy in IPVS mode gives every Service address to every node, and without strictARP the kernel of each answers.'
      : 'Two speakers think that they are elected: they do not hear each other on port 7946, or have different memberlist keys. Two nodes also answer when kube-proxy is in IPVS mode without strictARP, or when an old owner still has the address on an interface.',
    fix: everyNode
      ? [
          {
            text: 'Set ipvs.strictARP: true in the configuration of kube-proxy, and restart it.',
            command: 'kubectl -n kube-system edit configmap kube-proxy',
          },
        ]
      : [
          {
            text: 'See which nodes say that they announce it.',
            command: 'kubectl get servicel2statuses.metallb.io -A',
          },
          { text: 'Open 7946 TCP and UDP between all nodes, and restart the speaker of the wrong owner.' },
          {
            text: `On each of ${[...new Set(owners.flatMap(({ node }) => node ?? []))].join(' and ')}, see whether an interface has the address.`,
            command: `ip -br addr show to ${facts.examined.address}`,
          },
        ],
    candidates: everyNode ? ['F20', 'F25'] : ['F18', 'F25'],
  }
}

const foreign = (owners: readonly Owner[]): Kind => {
  const strangers = owners.filter(({ node }) => node === undefined).map(({ mac }) => mac)
  return {
    code: owners.length === strangers.length ? 'F13' : 'F11',
    confidence: 'likely',
    who:
      owners.length === strangers.length
        ? 'no node of the cluster among them'
        : 'a node, and a machine that is none',
    evidence: [`not a node of the list: ${strangers.join(' and ')}`],
    cause:
      'The address is used outside of the cluster, too: a DHCP lease, a static address, or a second cluster with the same pool.',
    fix: conflictFix,
    candidates: owners.length === strangers.length ? ['F11', 'F20'] : ['F13', 'F25'],
  }
}

const unrelated = ({ target, examined }: LinkFacts, owners: readonly Owner[]): Kind => ({
  code: 'F11',
  confidence: 'possible',
  who: owners.length === 2 ? 'two machines have the same address' : 'several machines have the same address',
  evidence: [],
  cause:
    'Two hosts answer: the address is in a DHCP range or set by hand on another machine, two clusters share a pool, two speakers are both elected, or kube-proxy runs in IPVS mode without strictARP.',
  fix: [
    {
      text: 'Tell lbctl which machines are nodes, to tell these cases apart.',
      command: `kubectl get nodes -o json > nodes.json && lbctl diagnose ${target.family === 4 ? 'arp' : 'ndp'} ${examined.address} --nodes nodes.json`,
    },
    ...conflictFix,
  ],
  candidates: owners.length > 2 ? ['F18', 'F20', 'F13', 'F25', 'F19'] : ['F20', 'F13', 'F18', 'F25', 'F19'],
})

const conflictFix = [
  {
    text: 'Find the other machine by its hardware address in the table of the switch or of the DHCP server.',
  },
  { text: 'Take the address out of the pool, or move the DHCP range or the static address.' },
] as const
