import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { notAnnouncedOn, obstacleOf } from '../link-layer.ts'

export const announcedInterface: Check<LinkFacts> = {
  id: 'announced-interface',
  title: 'MetalLB would announce on the interface, were this host a node',
  evaluate: ({ interfaces, target }) => {
    const usable = interfaces.filter((link) => obstacleOf(link) === undefined)
    if (usable.length === 0) return skip('no interface that can be asked on')
    const [found] = usable.flatMap((link) => {
      const reason = notAnnouncedOn(link, target.family)
      return reason === undefined ? [] : [{ name: link.name, reason }]
    })
    if (found === undefined) return pass(usable.map(({ name }) => name).join(' and '))
    return fail({
      code: 'F23',
      title: `MetalLB on this host would not announce on ${found.name}: ${found.reason}.`,
      severity: 'info',
      confidence: 'certain',
      subject: found.name,
      evidence: [`the rules of MetalLB for interfaces, with the exclude list that it installs by default`],
      cause: 'This matters only if this host is a node; it does not change what others answer.',
      fix: [
        {
          text: 'If the node is to announce there, rename the interface or change the exclude list.',
          command: 'kubectl -n metallb-system get configmap metallb-excludel2 -o yaml',
        },
      ],
    })
  },
}
