import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { obstacleOf } from '../link-layer.ts'

export const enslavedInterface: Check<LinkFacts> = {
  id: 'enslaved-interface',
  title: 'the interface stands for itself, in no bond or bridge',
  evaluate: ({ interfaces, target }) => {
    if (interfaces.length === 0) return skip('there is no interface to ask on')
    const part = interfaces.find((link) => obstacleOf(link) === 'enslaved')
    if (part?.master === undefined) return pass(interfaces.map(({ name }) => name).join(' and '))
    const { name, master } = part
    const kind = master.kind ?? 'master'
    return fail({
      code: 'F19',
      title: `${name} is a part of the ${kind} ${master.name}, which does the talking.`,
      severity: 'error',
      confidence: 'certain',
      subject: name,
      evidence: [`master of ${name}: ${master.name} (${kind})`, 'nothing was sent on it'],
      cause: `The host asks and answers on ${master.name}; what comes in by ${name} is handed to it. MetalLB leaves parts of a bond, bridge or VRF out, so an L2Advertisement that names ${name} announces nothing.`,
      fix: [
        {
          text: `Ask on ${master.name}.`,
          command: `lbctl diagnose ${target.family === 4 ? 'arp' : 'ndp'} ${target.address} --interface ${master.name}`,
        },
        { text: `Where an L2Advertisement names ${name} under "interfaces", name ${master.name} instead.` },
      ],
    })
  },
}
