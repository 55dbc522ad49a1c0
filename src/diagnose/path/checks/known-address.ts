import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts } from '../path-facts.ts'
import { portText, roleText } from '../path-words.ts'

/** Whether a Service has the address and port, as far as this node has been told. */
export const knownAddress: Check<PathFacts> = {
  id: 'known-address',
  title: 'a Service has this address and port',
  evaluate: (facts): CheckOutcome => {
    const { mode, ports, target } = facts
    if (mode === undefined) return skip('there are no rules of kube-proxy')
    const known = ports.filter(({ roles }) => roles.length > 0)
    const [first, ...more] = known
    if (first !== undefined) {
      const others = more.length === 0 ? '' : `, and ${more.length} other ports`
      return pass(`${portText(target, first.port)} is ${roleText(first)}${others}`)
    }
    return unknownTarget(facts)
  },
}

/** --service-node-port-range of the API server; kube-proxy does not know another one */
const NODE_PORTS = { first: 30_000, last: 32_767 }

/** Somebody who asks for a port of a node means a NodePort. */
function nodePortText({ isOwn, ownInterface, target: { port } }: PathFacts): string {
  if (!isOwn || ownInterface === 'kube-ipvs0' || port === undefined) return ''
  const { first, last } = NODE_PORTS
  const range = `${first} to ${last}, unless the API server was started with another --service-node-port-range`
  return port < first || port > last
    ? ` The address is one of this node, and ${port} cannot be a NodePort: those are ${range}.`
    : ` The address is one of this node, and ${port} is in the range of NodePorts, but no Service has this one.`
}

/** The name of a headless Service leads to the addresses of its Pods. */
function endpointText(services: readonly string[]): string {
  const whose = services.length === 0 ? 'a Service' : services.join(' and ')
  return `It is the address of an endpoint of ${whose}: a Pod, or a program on a node. A connection to it takes no rule of kube-proxy, which is how headless Services work (clusterIP: None): their names lead to Pods themselves. Whether it arrives is up to the network of the Pods.`
}

function unknownTarget(facts: PathFacts): CheckOutcome {
  const { target, knownPorts } = facts
  const { address, port } = target
  const what = port === undefined ? address : portText(target, port)
  return fail({
    code: 'F32',
    title: `kube-proxy on this node knows no Service with ${what}.`,
    severity: 'error',
    confidence: 'certain',
    subject: what,
    evidence: [`its rules hold ${knownPorts} ports of Services, and none of them is ${what}`],
    cause:
      facts.endpointOf !== undefined
        ? endpointText(facts.endpointOf.services)
        : port === undefined
          ? 'No Service has the address in its status, kube-proxy has not been told yet, or another proxy serves this Service. Packets for it are routed on, or answered by this host itself.'
          : 'kube-proxy takes packets for the ports of a Service only. Any other port, and a ping, is not answered by anybody, which says nothing about the Service.' +
            nodePortText(facts),
    fix: [
      {
        text: 'See which Service has the address, and on which ports.',
        command: `kubectl get services -A -o wide | grep -F ${address}`,
      },
      ...(port === undefined
        ? []
        : [
            {
              text: 'See all ports that the rules know for this address.',
              command: `lbctl diagnose path ${address}`,
            },
          ]),
      {
        text: 'See whether kube-proxy on this node is up to date.',
        command: 'kubectl -n kube-system logs -l k8s-app=kube-proxy --tail=50',
      },
    ],
    candidates: port === undefined ? [] : ['F35'],
  })
}
