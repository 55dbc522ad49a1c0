// F18: in IPVS mode every node has every address, and answers ARP for it unless it is told not to.
import { type ClusterCheck, failOr, skip, unknown } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import { layer2Services } from '../layer2-services.ts'
import { mapAt, textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'

export const strictArp: ClusterCheck = {
  id: 'strict-arp',
  code: 'F18',
  link: 'wire',
  title: 'kube-proxy leaves ARP to the speaker',
  needs: ['configMaps', 'configuration'],
  evaluate: (view) => {
    const map = itemsOf(view.facts.configMaps).find(
      ({ metadata }) => metadata.namespace === 'kube-system' && metadata.name === 'kube-proxy',
    )
    if (map === undefined) return skip('there is no ConfigMap of kube-proxy')
    const text = Object.values(mapAt(map, 'data')).find((each) => each.includes('KubeProxyConfiguration'))
    if (text === undefined)
      return unknown('the ConfigMap of kube-proxy holds no configuration that can be read')
    const mode = settingOf(text, 'mode') || 'iptables'
    if (mode !== 'ipvs') return failOr([], `kube-proxy is in ${mode} mode`)
    if (settingOf(text, 'strictARP') === 'true') return failOr([], 'strictARP is on')
    if (view.objects.l2Advertisements.length === 0) return skip('nothing is announced by layer 2')
    const affected = layer2Services(view)
    return failOr(
      [
        {
          title: 'kube-proxy is in IPVS mode without strictARP: every node answers ARP for every address.',
          severity: 'error',
          confidence: 'certain',
          subject: 'ConfigMap kube-system/kube-proxy',
          evidence: [
            'mode: ipvs',
            `strictARP: ${settingOf(text, 'strictARP') || 'not set, which is false'}`,
            `resource version ${textAt(map, 'metadata', 'resourceVersion') ?? 'unknown'}`,
          ].slice(0, 2),
          cause:
            'IPVS binds the addresses to kube-ipvs0 on all nodes, and the kernel answers for an address of any interface on all of them.',
          fix: [
            {
              text: 'Set strictARP, and restart kube-proxy.',
              command: `kubectl -n kube-system get configmap kube-proxy -o yaml | sed -e 's/strictARP: false/strictARP: true/' | kubectl apply -f - && kubectl -n kube-system rollout restart daemonset kube-proxy`,
            },
          ],
          breaks: affected.length > 0 ? 'now' : 'some day',
          affects: affected.length === 0 ? 'installation' : affected.map(keyOf),
        },
      ],
      '',
    )
  },
}

/** A value of the YAML text; quotes do not count. The text is Kubernetes' own and flat where these keys are. */
const settingOf = (text: string, key: string): string =>
  new RegExp(`^\\s*"?${key}"?\\s*:\\s*["']?([A-Za-z]*)`, 'm').exec(text)?.[1] ?? ''
