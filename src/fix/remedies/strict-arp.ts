// F18: strictARP in the configuration of kube-proxy, and what it would set on this node.
import { itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import { mapAt } from '../../diagnose/cluster/object-fields.ts'
import { strictArpOn } from '../host-settings.ts'
import type { RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { type RemedyContext, setting } from '../remedy-context.ts'

/** kube-proxy gives it the addresses of Services. */
const IPVS_INTERFACE = 'kube-ipvs0'

export function strictArp({ view, finding, host }: RemedyContext): RemedyAnswer {
  const map = itemsOf(view.facts.configMaps).find(
    ({ metadata }) => metadata.namespace === 'kube-system' && metadata.name === 'kube-proxy',
  )
  const [key, text] =
    Object.entries(mapAt(map, 'data')).find(([, each]) => each.includes('KubeProxyConfiguration')) ?? []
  const after = text === undefined ? undefined : withStrictArp(text)
  if (map === undefined || key === undefined || after === undefined)
    return byHand(
      'kube-proxy is not configured by a ConfigMap whose text lbctl knows how to change; its flag is --ipvs-strict-arp.',
    )
  const onHost = host?.interfaces.includes(IPVS_INTERFACE) === true ? strictArpOn(host) : undefined
  return [
    {
      changes: [setting(map, ['data', key], after), ...(onHost === undefined ? [] : [onHost])],
      summary: `Set strictARP in the configuration of kube-proxy${onHost === undefined ? '' : ', and what follows from it on this node at once'}.`,
      why: finding.cause,
      risk: 'Other addresses that a node has on one card and answers for on another are not answered for any more.',
      next: [
        {
          text: 'Restart kube-proxy, which reads it when it starts.',
          command: 'kubectl -n kube-system rollout restart daemonset kube-proxy',
        },
      ],
    },
  ]
}

/** The text of a KubeProxyConfiguration with the value; undefined where there is no plain place for it. */
export function withStrictArp(text: string): string | undefined {
  const set = /^([ \t]*"?strictARP"?[ \t]*:[ \t]*)("?)false\2/m
  if (set.test(text)) return text.replace(set, '$1$2true$2')
  if (/^[ \t]*"?strictARP"?[ \t]*:/m.test(text)) return undefined
  // The block of ipvs and the indentation of its first key.
  const block = /^ipvs:[ \t]*\n([ \t]+)(?=\S)/m
  return block.test(text) ? text.replace(block, 'ipvs:\n$1strictARP: true\n$1') : undefined
}
