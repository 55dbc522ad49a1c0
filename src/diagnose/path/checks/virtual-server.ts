import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts, PortFacts, VirtualServerFacts } from '../path-facts.ts'
import { portText } from '../path-words.ts'

/** IPVS does the work, and the sets of the kernel say for whom: an address that only one of the two knows does not work. */
export const virtualServer: Check<PathFacts> = {
  id: 'virtual-server',
  title: 'IPVS and the sets of the kernel agree about the address',
  evaluate: ({ mode, ports, target, unknownSets = [], addressesKnown }): CheckOutcome => {
    if (mode !== 'ipvs') return skip('kube-proxy does not work with IPVS here')
    const known = ports.filter(({ roles }) => roles.some((role) => role !== 'health check'))
    if (known.length === 0) return skip('no Service has the address')
    for (const port of known) {
      const { virtualServer: server } = port
      if (server === undefined) continue
      const what = portText(target, port.port)
      if (!server.exists) return fail(withoutServer(server, what))
      if (server.sets.length === 0 && unknownSets.length === 0 && addressesKnown && isFiltered(port))
        return fail(inNoSet(what))
    }
    if (unknownSets.length > 0) return skip('what is in the sets is not known')
    return pass(`a virtual server for ${portText(target, known[0]?.port ?? 0)}, as kube-proxy makes it`)
  },
}

const withoutServer = ({ sets }: VirtualServerFacts, what: string) => ({
  code: 'F32',
  title: `IPVS on this node has no virtual server for ${what}, although kube-proxy has put it into its sets.`,
  severity: 'error' as const,
  confidence: 'certain' as const,
  subject: what,
  evidence: [`in ${sets.join(' and ')}`, 'none of the virtual servers has this address, port and protocol'],
  cause:
    'kube-proxy could not make it, or somebody has removed it since: without it a connection ends at the node itself, which refuses it.',
  fix: [
    {
      text: 'See what kube-proxy says about it.',
      command: 'kubectl -n kube-system logs -l k8s-app=kube-proxy --tail=50',
    },
    { text: 'See the virtual servers.', command: 'ipvsadm -Ln' },
  ],
})

const inNoSet = (what: string) => ({
  code: 'F32',
  title: `kube-proxy's filter refuses connections to ${what}: none of its sets holds it.`,
  severity: 'error' as const,
  confidence: 'certain' as const,
  subject: what,
  evidence: [
    'filter KUBE-IPVS-FILTER refuses ports of addresses of Services that are in none of the sets',
    'IPVS has a virtual server for it all the same',
  ],
  cause:
    'The address is not in KUBE-CLUSTER-IP, KUBE-EXTERNAL-IP or KUBE-LOAD-BALANCER: kube-proxy has not finished, or somebody has emptied a set.',
  fix: [
    { text: 'See the sets.', command: 'ipset list KUBE-LOAD-BALANCER' },
    { text: 'Start kube-proxy on this node again: it fills them.' },
  ],
})

const isFiltered = ({ walks }: PortFacts): boolean =>
  walks.some(({ ends }) => ends.some(({ stoppedIn = '' }) => / KUBE-IPVS-FILTER$/.test(stoppedIn)))
