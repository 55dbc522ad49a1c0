import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'

/** Addresses of this host that it must not use; a link-local one among them stops neighbour discovery as a whole. */
export const ownDuplicates: Check<LinkFacts> = {
  id: 'own-duplicates',
  title: "this host's own addresses passed duplicate address detection",
  evaluate: ({ interfaces, target }) => {
    if (target.family === 4) return skip('IPv6 only')
    const failed = interfaces
      .flatMap(({ addresses }) => addresses)
      .find((own) => own.dadFailed && own.address !== target.address)
    if (failed === undefined) return pass('none is marked as a duplicate')
    const { address, interface: on, linkLocal, prefixLength } = failed
    return fail({
      code: 'F27',
      title: `${address} on ${on} failed duplicate address detection, and is not used.`,
      severity: linkLocal ? 'error' : 'warning',
      confidence: 'certain',
      subject: address,
      evidence: [`the kernel marks ${address}/${prefixLength} on ${on} as dadfailed`],
      cause: linkLocal
        ? 'Without a link-local address this host cannot ask for neighbours; two interfaces of the link have the same hardware address, or it was copied with a virtual machine.'
        : 'Another host of the link has the same address.',
      fix: [
        { text: 'Find the other owner from a third host, and change one of the two.' },
        {
          text: 'Then add it again.',
          command: `ip -6 addr del ${address}/${prefixLength} dev ${on} && ip -6 addr add ${address}/${prefixLength} dev ${on}`,
        },
      ],
    })
  },
}
