import type { ExaminedInterface, LinkFacts, OwnAddress } from '../facts/link-facts.ts'
import { fail, pass } from '../finding.ts'
import type { Check } from '../judge.ts'
import { ownersOf, ownerText, protocolOf } from './answers.ts'

export const ownAddress: Check<LinkFacts> = {
  id: 'own-address',
  title: 'the address is not one of this host',
  evaluate: (facts) => {
    const { own } = facts
    if (own === undefined) return pass('this host does not have it')
    if (own.dadFailed) return duplicate(facts, own)
    const holder = facts.interfaces.find(({ name }) => name === own.interface)
    if (/^kube-ipvs/.test(own.interface)) return ipvs(facts, own, holder)
    const { address } = facts.target
    return fail({
      code: 'F35',
      title: `${address} is an address of this host (${own.interface}): it cannot ask itself.`,
      severity: 'info',
      confidence: 'certain',
      subject: address,
      evidence: [`${own.interface} has ${own.address}/${own.prefixLength}`],
      cause: `A host does not receive its own ${protocolOf(facts)} question, so from here silence means nothing.`,
      fix: [
        {
          text: `Run the same on another host of the segment: lbctl diagnose ${commandOf(facts)} ${address}`,
        },
        ...(/^lo$|^dummy|^tunl/.test(own.interface)
          ? []
          : [
              {
                text: 'If it is the address of a Service, remove it from the interface: MetalLB answers for addresses that no interface has.',
                command: `ip addr del ${own.address}/${own.prefixLength} dev ${own.interface}`,
              },
            ]),
      ],
      notTested: ['whether another host answers for it, too'],
    })
  },
}

const commandOf = ({ target }: LinkFacts): string => (target.family === 4 ? 'arp' : 'ndp')

function duplicate(facts: LinkFacts, own: OwnAddress) {
  const owners = ownersOf(facts)
  return fail({
    code: 'F27',
    title: `${own.address} on ${own.interface} failed duplicate address detection: somebody else has it.`,
    severity: 'error',
    confidence: 'certain',
    subject: own.address,
    evidence: [
      `the kernel marks ${own.address}/${own.prefixLength} on ${own.interface} as dadfailed and does not use it`,
      ...owners.map((owner) => `${ownerText(owner)} answers for it`),
    ],
    cause: 'When the address was added, another host of the link answered for it (RFC 4862 §5.4).',
    fix: [
      owners.length === 0
        ? {
            text: 'Find the other owner from a third host of the segment, and take the address from one of the two.',
          }
        : {
            text: `Take the address from ${owners.map(({ mac }) => mac).join(' and ')}, or give this host another one.`,
          },
      {
        text: 'Then add it again, so that the kernel checks anew.',
        command: `ip -6 addr del ${own.address}/${own.prefixLength} dev ${own.interface} && ip -6 addr add ${own.address}/${own.prefixLength} dev ${own.interface}`,
      },
    ],
    candidates: ['F11'],
  })
}

/** kube-proxy binds all Service addresses to kube-ipvs0; the kernel then answers ARP for them on every card. */
function ipvs(facts: LinkFacts, own: OwnAddress, holder: ExaminedInterface | undefined) {
  const lax = facts.interfaces.filter(
    ({ name, arpIgnore }) => name !== holder?.name && (arpIgnore ?? 0) === 0,
  )
  if (lax.length === 0 || facts.target.family === 6)
    return pass(`kube-proxy in IPVS mode has it on ${own.interface}, and this host does not answer for it`)
  const names = lax.map(({ name }) => name).join(' and ')
  return fail({
    code: 'F18',
    title: `This node answers ARP for ${own.address} by itself: kube-proxy is in IPVS mode without strictARP.`,
    severity: 'error',
    confidence: 'likely',
    subject: own.address,
    evidence: [
      `${own.interface} has ${own.address}/${own.prefixLength}`,
      ...lax.map(({ name, arpIgnore }) => `net.ipv4.conf.${name}.arp_ignore is ${arpIgnore ?? 0}`),
    ],
    cause: `Every node has the address on ${own.interface}, and the kernel answers on ${names} for addresses of any interface, so several nodes answer at once.`,
    fix: [
      {
        text: 'Set ipvs.strictARP: true in the configuration of kube-proxy, and restart it.',
        command:
          'kubectl -n kube-system edit configmap kube-proxy && kubectl -n kube-system rollout restart daemonset kube-proxy',
      },
    ],
    notTested: ['how many nodes answer: a host does not receive its own question'],
  })
}
