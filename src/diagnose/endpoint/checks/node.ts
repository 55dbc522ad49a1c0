// failure-modes: a connection from a node of the cluster proves kube-proxy and nothing about the announcement.
import { fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { shellWord } from '../../shell-word.ts'
import { decisive, type EndpointFacts } from '../endpoint-facts.ts'

export const node: Check<EndpointFacts> = {
  id: 'node',
  title: 'this host is no node of a cluster, so what it reaches others may reach too',
  evaluate: (facts) => {
    const { nodeInterfaces: seen, kernelNotRead } = facts
    if (kernelNotRead !== undefined) return skip(kernelNotRead)
    if (seen.length === 0) return pass('no interface of a network plugin')
    const attempt = decisive(facts)
    // That the address is one of this host is told by another check, and says the same.
    if (attempt?.route?.own !== undefined) return skip('the address is one of this host')
    return fail({
      code: 'F35',
      title: `This host looks like a node of a cluster (${seen.slice(0, 3).join(', ')}): what works from here proves nothing about the announcement.`,
      severity: 'info',
      confidence: 'likely',
      subject: facts.asked,
      evidence: [`interfaces of a network plugin or of kube-proxy: ${seen.slice(0, 3).join(', ')}`],
      cause:
        'On a node, kube-proxy takes connections to the address of a Service before they leave the host. They work although nobody announces the address.',
      fix: [
        {
          text: 'Ask again on a machine outside of the cluster.',
          command: `lbctl explain ${shellWord(facts.asked)}`,
        },
      ],
    })
  },
}
