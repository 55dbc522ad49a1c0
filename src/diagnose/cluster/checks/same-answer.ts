// F11, F15, F16, F19, F20: the same address, asked for from several places of the link. Who hears nothing while others do, and who hears
// somebody else than the others, tells what no single place can.
import { ownersOf } from '../../checks/answers.ts'
import type { LinkFacts } from '../../facts/link-facts.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { hears, isDeaf } from '../heard-answers.ts'
import { absentNodes, probesOf, usersOfAddress } from '../probed-services.ts'
import { counted, listed } from '../wording.ts'

interface Place {
  readonly name: string
  readonly facts: LinkFacts
  readonly macs: readonly string[]
}

export const sameAnswer: ClusterCheck = {
  id: 'same-answer',
  code: 'F16',
  link: 'wire',
  title: 'every place of the link hears the same answer',
  needs: ['probes'],
  evaluate: (view) => {
    const byAddress = grouped(probesOf(view, 'link'), ({ facts }) => facts.target.address)
    const compared = [...byAddress].flatMap(([address, probes]) => {
      const owner = usersOfAddress(address, view)[0]?.owner
      const places = probes
        .filter(
          ({ node, facts }) =>
            (node === undefined || node !== owner) && (isDeaf(facts) || hears(facts, address)),
        )
        .map(
          ({ vantage, facts }): Place => ({
            name: vantage.replace(/^(node|host) /, ''),
            facts,
            macs: ownersOf(facts).map(({ mac }) => mac),
          }),
        )
      // Where nobody hears anything, that is said by each place itself.
      return !places.some(({ macs }) => macs.length > 0) ? [] : [{ address, places }]
    })
    const absent = absentNodes(view)
    if (compared.length === 0 && absent !== undefined) return unknown(absent)
    if (compared.length === 0) return skip('no address was asked for from several places (--agents, --ssh)')
    const findings = compared.flatMap(({ address, places }) => [
      ...unheard(address, places, view),
      ...unlike(address, places, view),
    ])
    if (findings.length === 0 && absent !== undefined) return unknown(absent)
    return failOr(
      findings,
      `${counted(compared.length, 'address', 'addresses')} from ${listed([...new Set(compared.flatMap(({ places }) => places.map(({ name }) => name)))])}`,
    )
  },
}

const keysOf = (address: string, view: ClusterView) => usersOfAddress(address, view).map(({ key }) => key)

function unheard(address: string, places: readonly Place[], view: ClusterView): readonly ClusterDraft[] {
  const silent = places.filter(({ macs }) => macs.length === 0)
  const heard = places.filter(({ macs }) => macs.length > 0)
  if (silent.length === 0 || heard.length === 0) return []
  const names = listed(silent.map(({ name }) => name))
  const answering = [...new Set(heard.flatMap(({ macs }) => macs))]
  const radio = silent.every(({ facts }) => facts.interfaces.some(({ wireless }) => wireless))
  return [
    {
      code: radio ? 'F15' : 'F16',
      title: `${names} ${silent.length === 1 ? 'hears' : 'hear'} no answer for ${address}, and ${listed(heard.map(({ name }) => name))} ${heard.length === 1 ? 'does' : 'do'}.`,
      severity: 'error',
      confidence: 'likely',
      subject: address,
      evidence: [
        ...heard.map(({ name, macs }) => `${name} hears ${listed(macs.map((mac) => macText(mac, view)))}`),
        ...silent.map(
          ({ name, facts }) =>
            `${name} asked on ${listed(facts.interfaces.map((each) => each.name))} and heard nobody${otherwise(facts)}`,
        ),
      ],
      cause: radio
        ? 'The interface there is wireless: access points and cards drop broadcast ARP, or keep their clients apart.'
        : `The address is announced, and frames between ${names} and ${listed(answering.map((mac) => macText(mac, view)))} are lost: a virtual switch or a cloud passes only addresses that it knows, a switch keeps ports apart, or a filter of a host drops them.`,
      fix: [
        {
          text: 'Allow the addresses of the pool on the ports of the nodes: allowed address pairs in OpenStack, forged transmits in VMware, no MAC or IP filter in Proxmox and libvirt; no isolation of ports in the switch.',
        },
        {
          text: `On ${names} and on the owner, see where the frames stay, without promiscuous mode, and look for filters.`,
          command: `tcpdump -p -nei any 'arp host ${address} or icmp6'; nft list ruleset | grep -nE "arp|bridge|netdev"`,
        },
      ],
      candidates: radio ? ['F16'] : ['F22', 'F15', 'F19'],
      affects: keysOf(address, view),
    },
  ]
}

/** Whether anybody else was heard there tells a dead link from a filter. */
function otherwise({ nodes = [], interfaces }: LinkFacts): string {
  const own = new Set(interfaces.map(({ mac }) => mac))
  const heard = nodes.filter(({ macs }) => macs.some((mac) => !own.has(mac))).map(({ name }) => name)
  return heard.length === 0 ? ', nor any node that it asked for' : `, but it knows ${listed(heard)}`
}

/** Who has a card with this hardware address, as the nodes themselves or their answers tell. */
function cardOf(
  mac: string,
  view: ClusterView,
): { readonly node: string; readonly card: string | undefined } | undefined {
  for (const { node, links } of view.hosts.values()) {
    const link = links.find((each) => each.mac === mac)
    if (link !== undefined) return { node, card: link.name }
  }
  for (const { facts } of probesOf(view, 'link')) {
    const known = facts.nodes?.find(({ macs }) => macs.includes(mac))
    if (known !== undefined) return { node: known.name, card: undefined }
  }
  return undefined
}

function macText(mac: string, view: ClusterView): string {
  const found = cardOf(mac, view)
  if (found === undefined) return mac
  return `${found.node} (${mac}${found.card === undefined ? '' : `, ${found.card}`})`
}

function unlike(address: string, places: readonly Place[], view: ClusterView): readonly ClusterDraft[] {
  const heard = places.filter(({ macs }) => macs.length > 0)
  const macs = [...new Set(heard.flatMap((place) => place.macs))]
  const [only] = macs
  if (macs.length === 1 && only !== undefined) return wrongOwner(address, only, heard, view)
  // A place that hears several says so itself.
  if (macs.length === 0 || heard.some((place) => place.macs.length > 1)) return []
  const cards = macs.map((mac) => cardOf(mac, view)?.node)
  const nodes = [...new Set(cards)]
  const kind = nodes.includes(undefined) ? STRANGER : nodes.length === 1 ? CARDS : SPEAKERS
  return [
    {
      ...kind,
      title: `${counted(heard.length, 'place')} of the link hear different answers for ${address}: ${listed(macs.map((mac) => macText(mac, view)))}.`,
      severity: 'error',
      confidence: 'likely',
      subject: address,
      evidence: heard.map(
        (place) => `${place.name} hears ${listed(place.macs.map((mac) => macText(mac, view)))}`,
      ),
      affects: keysOf(address, view),
    },
  ]
}

const STRANGER = {
  code: 'F11',
  cause:
    'A machine that is no node of the cluster has the address, too, or another cluster has the same pool.',
  fix: [
    { text: 'Find that machine by its hardware address in the table of the switch or of the DHCP server.' },
    { text: 'Take the address out of the pool, or move the other machine.' },
  ],
  candidates: ['F13', 'F25'],
}
const CARDS = {
  code: 'F19',
  cause: 'Two cards of one node are on this link, and each answers where it is heard first.',
  fix: [{ text: 'Name one card under "interfaces" of the L2Advertisement, or make the two one bond.' }],
  candidates: ['F20'],
}
const SPEAKERS = {
  code: 'F20',
  cause:
    'Two speakers believe that they are elected, and the parts of the link hear one of them each: the link itself is in two parts, or the speakers do not reach each other on port 7946.',
  fix: [
    {
      text: 'Let TCP and UDP port 7946 through between all nodes, and restart the speaker that answers wrongly.',
      command: 'kubectl get servicel2statuses.metallb.io -A',
    },
  ],
  candidates: ['F18', 'F25'],
}

function wrongOwner(
  address: string,
  mac: string,
  heard: readonly Place[],
  view: ClusterView,
): readonly ClusterDraft[] {
  const owner = usersOfAddress(address, view)[0]?.owner
  const found = cardOf(mac, view)
  if (owner === undefined || found === undefined || found.node === owner) return []
  return [
    {
      code: 'F20',
      title: `${found.node} answers for ${address}, and by the rules of MetalLB ${view.release} it would be ${owner}.`,
      severity: 'warning',
      confidence: 'possible',
      subject: address,
      evidence: heard.map(({ name }) => `${name} hears ${macText(mac, view)}`),
      cause:
        'The speakers see fewer of each other than run, or an old owner still has the address on an interface.',
      fix: [
        {
          text: 'See whom the speakers take for alive, and whether the node has the address on an interface.',
          command: `kubectl get servicel2statuses.metallb.io -A; ip -br addr show to ${address}`,
        },
      ],
      candidates: ['F25', 'F18'],
      affects: keysOf(address, view),
    },
  ]
}
