import { fail, pass } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { RouteDiagnosisFacts } from '../route-facts.ts'

export const vantage: Check<RouteDiagnosisFacts> = {
  id: 'vantage',
  title: 'the address is not one of this host, so a test from here means something',
  evaluate: ({ own, target }) => {
    if (own === undefined) return pass('this host does not have it')
    const ipvs = /^kube-ipvs/.test(own.interface)
    return fail({
      code: 'F35',
      title: `${target.address} is an address of this host (${own.interface}): what works from here proves nothing about others.`,
      severity: 'info',
      confidence: 'certain',
      subject: target.address,
      evidence: [`${own.interface} has ${own.address}/${own.prefixLength}`],
      cause: ipvs
        ? 'kube-proxy in IPVS mode gives the addresses of all Services to every node. A connection from a node never leaves it.'
        : 'A connection to an address of the host itself never leaves it, so neither the announcement nor the network takes part.',
      fix: [{ text: 'Test from a client outside of the cluster.' }],
      notTested: ['the way of others to the address'],
    })
  },
}
