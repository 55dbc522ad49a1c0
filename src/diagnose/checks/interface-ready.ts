import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { obstacleOf } from '../link-layer.ts'

export const interfaceReady: Check<LinkFacts> = {
  id: 'interface-ready',
  title: 'the interface is up and has a carrier',
  evaluate: ({ interfaces }) => {
    if (interfaces.length === 0) return skip('there is no interface to ask on')
    const unready = interfaces.find((link) => ['down', 'no-carrier'].includes(obstacleOf(link) ?? ''))
    if (unready === undefined) return pass(interfaces.map(({ name }) => name).join(' and '))
    const { name, up } = unready
    return fail({
      code: 'F23',
      title: up ? `${name} has no carrier: nothing is connected to it.` : `${name} is down.`,
      severity: 'error',
      confidence: 'certain',
      subject: name,
      evidence: [`flags: ${up ? 'UP, no carrier' : 'not UP'}`, 'nothing was sent on it'],
      cause: up
        ? 'The cable, the port of the switch or the other end of the virtual pair is off.'
        : 'The interface was never brought up, or was taken down. MetalLB does not announce on it either.',
      fix: up
        ? [{ text: 'Check the other end of the cable or pair.', command: `ip -d link show ${name}` }]
        : [{ text: 'Bring it up.', command: `ip link set ${name} up` }],
    })
  },
}
