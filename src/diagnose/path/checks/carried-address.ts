import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts } from '../path-facts.ts'
import { portText } from '../path-words.ts'

/** IPVS sees only packets for addresses of this host: kube-proxy puts those of Services on kube-ipvs0. */
export const carriedAddress: Check<PathFacts> = {
  id: 'carried-address',
  title: 'packets for the address get to IPVS',
  evaluate: ({ mode, isOwn, ownInterface, addressesKnown, target, ports, host }): CheckOutcome => {
    if (mode !== 'ipvs') return skip('kube-proxy does not work with IPVS here')
    if (host === undefined) return skip('a file of rules does not say which addresses kube-ipvs0 has')
    if (!addressesKnown) return skip('the addresses of the node are not known')
    if (isOwn) return pass(`${ownInterface ?? 'the node'} has it`)
    const [first] = ports.filter(({ roles }) => roles.length > 0)
    if (first === undefined) return skip('no Service has the address')
    const what = portText(target, first.port)
    return fail({
      code: 'F32',
      title: `IPVS has a virtual server for ${what}, and no interface of this node has the address.`,
      severity: 'error',
      confidence: 'certain',
      subject: what,
      evidence: [`no interface has ${target.address}; kube-proxy would have put it on kube-ipvs0`],
      cause: 'Packets for an address that is not one of this host are routed on and never seen by IPVS.',
      fix: [
        {
          text: 'See the addresses of kube-ipvs0, and what kube-proxy says about it.',
          command: 'ip address show dev kube-ipvs0',
        },
        { text: 'Start kube-proxy on this node again.' },
      ],
    })
  },
}
