import { type CheckOutcome, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts } from '../path-facts.ts'

export const serviceProxy: Check<PathFacts> = {
  id: 'service-proxy',
  title: 'kube-proxy rewrites the addresses of Services here',
  evaluate: (facts): CheckOutcome => {
    const { mode, replacements, knownPorts, target, sources } = facts
    if (mode !== undefined) {
      const beside =
        replacements.length === 0 ? '' : `; beside it there are chains of ${replacements.join(' and ')}`
      return pass(`${mode} mode, ${knownPorts} ports of Services${beside}`)
    }
    if (!sources.some(({ result }) => result === 'read' || result === 'empty'))
      return skip('no rules could be read')
    const [plugin] = replacements
    if (plugin === undefined)
      return unknown(
        'there are no rules of kube-proxy here: either this is no node of a cluster, or a network plugin does its work in eBPF (Cilium, Calico), which no rules show',
      )
    return fail({
      code: 'F32',
      title: `${plugin} takes the place of kube-proxy on this node: there is no tree to show for ${target.address}.`,
      severity: 'warning',
      confidence: 'likely',
      subject: target.address,
      evidence: [`there are chains of ${replacements.join(' and ')}, and none of kube-proxy`],
      cause: `Where a connection goes is decided by ${plugin} itself, in tables that iptables and nft do not show.`,
      fix: FIXES[plugin] ?? [{ text: `Ask ${plugin} which Services it serves, and on which network cards.` }],
      notTested: [`the Services that ${plugin} knows`],
    })
  },
}

const FIXES: Readonly<Record<string, readonly { text: string; command: string }[]>> = {
  Cilium: [
    {
      text: 'See whether the address is among its Services, and the card that announces it among its devices.',
      command: 'kubectl -n kube-system exec ds/cilium -- cilium-dbg service list',
    },
    {
      text: 'See what it drops.',
      command: 'kubectl -n kube-system exec ds/cilium -- cilium-dbg monitor --type drop',
    },
  ],
  'kube-router': [{ text: 'It works with IPVS: see its virtual servers.', command: 'ipvsadm -Ln' }],
}
