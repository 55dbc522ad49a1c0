// What the distribution, the nodes and kube-proxy show. One row, one thing; the source stands above it.
import { textAt } from '../cluster/object-fields.ts'
import { counted, listed } from '../cluster/wording.ts'
import { named, nodesOf, proxySetting, releaseOfNode, works } from './cluster-signs.ts'
import type { ClusterRow } from './environment-item.ts'
import { PLATFORMS } from './platforms.ts'

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

export const CLUSTER_ROWS: readonly ClusterRow[] = [
  // metallb.md §8.3 "Requirements": EndpointSlices, 1.21 since 0.14.2
  {
    ...works,
    id: 'kubernetes',
    code: undefined,
    find: ({ kubernetesVersion: version }) => {
      const minor = Number(/^v?1\.(\d+)/.exec(version ?? '')?.[1] ?? Number.NaN)
      if (Number.isNaN(minor)) return undefined
      const title = `Kubernetes ${version}`
      return minor >= 21
        ? { title }
        : {
            title,
            layer2: 'change',
            bgp: 'change',
            reason: 'MetalLB reads EndpointSlices, which are there since Kubernetes 1.21.',
            change: { text: 'Upgrade Kubernetes, or install MetalLB 0.13.' },
          }
    },
  },
  // metallb.md §8.3 "Clouds", failure-modes.md F16: providerID of the nodes
  {
    ...works,
    id: 'provider',
    code: 'F16',
    find: (facts) => {
      const schemes = new Set(
        nodesOf(facts).map(
          (node) => /^([a-z0-9-]+):\/\//.exec(textAt(node, 'spec', 'providerID') ?? '')?.[1],
        ),
      )
      const row = PLATFORMS.find(({ provider }) => provider !== undefined && schemes.has(provider))
      if (row === undefined) return undefined
      const { platform, layer2, bgp, reason, change } = row
      return {
        title: `nodes of ${platform}, by their providerID`,
        layer2,
        bgp,
        reason,
        change: { text: change },
      }
    },
  },
  // failure-modes.md F03: kubeadm, Talos and kind put the label on control planes
  {
    ...works,
    id: 'excluded-nodes',
    code: 'F03',
    reason:
      'MetalLB 0.14 and later announces from no node that has this label, which kubeadm, Talos and kind give to control planes.',
    find: (facts) => {
      const nodes = nodesOf(facts)
      const excluded = nodes.filter(({ metadata }) => metadata.labels?.[EXCLUDED] !== undefined)
      if (excluded.length === 0) return undefined
      const title = `${excluded.length} of ${counted(nodes.length, 'node')} excluded from load balancers by a label`
      return excluded.length < nodes.length
        ? { title }
        : {
            title,
            layer2: 'change',
            bgp: 'change',
            change: {
              text: 'Take the label off, or give the speaker --ignore-exclude-lb.',
              command: `kubectl label nodes ${excluded[0]?.metadata.name ?? 'NODE'} ${EXCLUDED}-`,
            },
          }
    },
  },
  // failure-modes.md F07; metallb.md §8.2 row 22: k3s
  {
    ...works,
    id: 'k3s',
    code: 'F07',
    reason: "k3s brings its own load balancer, servicelb, which gives the nodes' addresses to every Service.",
    find: (facts) => {
      const k3s = nodesOf(facts).some((node) => releaseOfNode(node).includes('+k3s'))
      const svclb = named(facts, /^svclb-/).filter((each) => each.startsWith('DaemonSet'))
      if (!k3s && svclb.length === 0) return undefined
      if (svclb.length === 0) return { title: 'k3s, and no Service of its servicelb' }
      return {
        title: `k3s servicelb: ${listed(svclb, 2)}`,
        layer2: 'change',
        bgp: 'change',
        change: {
          text: 'Switch it off on every server, and restart k3s.',
          configuration: ['# /etc/rancher/k3s/config.yaml', 'disable:', '  - servicelb'],
        },
      }
    },
  },
  // failure-modes.md F03, F14: kind's nodes are containers of one host
  {
    ...works,
    id: 'kind',
    code: 'F14',
    reason:
      'The nodes are containers: only the host itself is on their network. On macOS and Windows not even that is so.',
    find: (facts) =>
      nodesOf(facts).some((node) => (textAt(node, 'spec', 'providerID') ?? '').startsWith('kind://'))
        ? {
            title: 'kind',
            change: {
              text: 'Take the pool from the subnet of the container network.',
              command: 'docker network inspect kind',
            },
          }
        : undefined,
  },
  // failure-modes.md F03, F04: Talos
  {
    ...works,
    id: 'talos',
    code: 'F04',
    reason: 'Talos enforces Pod Security, and the speaker needs host networking and NET_RAW.',
    find: (facts) =>
      nodesOf(facts).some((node) => /talos/i.test(textAt(node, 'status', 'nodeInfo', 'osImage') ?? ''))
        ? {
            title: 'Talos',
            layer2: 'change',
            bgp: 'change',
            change: {
              text: 'Label the namespace before the speaker starts.',
              command: 'kubectl label namespace metallb-system pod-security.kubernetes.io/enforce=privileged',
            },
          }
        : undefined,
  },
  // metallb.md §8.2 row 21, §8.3: OpenShift
  {
    ...works,
    id: 'openshift',
    code: 'F04',
    reason: 'OpenShift lets no Pod use the host network without a security context constraint.',
    find: (facts) =>
      nodesOf(facts).some(({ metadata }) => metadata.labels?.['node.openshift.io/os_id'] !== undefined)
        ? {
            title: 'OpenShift',
            layer2: 'change',
            bgp: 'change',
            change: {
              text: 'Use the operator, or allow the speaker.',
              command: 'oc adm policy add-scc-to-user privileged -n metallb-system -z speaker',
            },
          }
        : undefined,
  },
  // failure-modes.md F18; metallb.md §8.2 row 10
  {
    ...works,
    id: 'kube-proxy',
    code: 'F18',
    find: (facts) => {
      const mode = proxySetting(facts, 'mode')
      if (mode === undefined) return undefined
      if (mode !== 'ipvs') return { title: `kube-proxy in ${mode || 'iptables'} mode` }
      if (proxySetting(facts, 'strictARP') === 'true')
        return { title: 'kube-proxy in IPVS mode with strictARP' }
      return {
        title: 'kube-proxy in IPVS mode without strictARP',
        layer2: 'change',
        reason: 'Every node has every address then, and answers ARP for it.',
        change: {
          text: 'Set ipvs.strictARP: true, and restart kube-proxy.',
          command: 'kubectl -n kube-system edit configmap kube-proxy',
        },
      }
    },
  },
]
