// For tests: rules about texts and objects, each with texts in which it finds something and texts that it lets pass.
import type { Case } from './cases.ts'
import { bgp, core, l2, peer, pool } from './marked.ts'

const PEER = 'myASN: 1, peerASN: 2, peerAddress: 10.0.0.1'

// text and objects
const TEXT_AND_OBJECTS: readonly Case[] = [
  ['V010', '- «a»\n'.replace('- «a»', '«[1]»')],
  ['V010', '«kind»: IPAddressPool\nspec: {addresses: []}\n'],
  ['V010', pool('addresses: [10.0.0.0/24]')],
  ['V011', 'apiVersion: «metallb.io/v1»\nkind: IPAddressPool\nmetadata: {name: a}\nspec: {addresses: []}\n'],
  ['V011', 'apiVersion: metallb.io/v1beta1\nkind: «AdressPool»\nmetadata: {name: a}\n'],
  ['V011', 'apiVersion: metallb.io/v1beta1\nkind: MetalLB\nmetadata: {name: metallb}\n'],
  ['V012', pool('«autoAssign»: true')],
  ['V012', 'apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: «a»}\n'],
  ['V012', l2('')],
  ['V013', pool('addresses: «10.0.0.0/24»')],
  ['V013', pool('addresses: [10.0.0.0/24, «7»]')],
  ['V013', pool('addresses: ["7"]')],
  ['V014', bgp('aggregationLength: «0»')],
  ['V014', bgp('aggregationLength: 32')],
  // In v1beta1 a port of 0 is one that is not set.
  ['V014', peer(`${PEER}, peerPort: «0»`)],
  ['V014', peer(`${PEER}, peerPort: 0`).replace('v1beta2', 'v1beta1')],
  ['V014', `${peer(`${PEER}, peerPort: 16384`)}${peer(`${PEER}, peerPort: «16385»`, 'q')}`],
  [
    'V015',
    'apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, dynamicASN: «Internal»}\n',
  ],
  [
    'V015',
    'apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, dynamicASN: internal}\n',
  ],
  ['V016', pool('addresses: [10.0.0.0/24], «auto-assign»: false')],
  ['V016', `${pool('addresses: [10.0.0.0/24]').replace('\n---\n', '\n«addresses»: []\n---\n')}`],
  ['V016', pool('addresses: [10.0.0.0/24], autoAssign: false')],
  [
    'V017',
    'apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, holdTime: "«90»"}\n',
  ],
  [
    'V017',
    'apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, holdTime: 90s}\n',
  ],
  [
    'V018',
    `apiVersion: metallb.io/v1beta1\nkind: ConfigurationState\nmetadata: {name: a}\nstatus: {conditions: [{type: A, status: "True", reason: «not one word», message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}]}\n`,
  ],
  [
    'V018',
    `apiVersion: metallb.io/v1beta1\nkind: ConfigurationState\nmetadata: {name: a}\nstatus: {conditions: [{type: A, status: "True", reason: One, message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}]}\n`,
  ],
  [
    'V019',
    `apiVersion: metallb.io/v1beta1\nkind: ConfigurationState\nmetadata: {name: a}\nstatus:\n  conditions:\n  - &c {type: A, status: "True", reason: One, message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}\n  - «{type: A, status: "True", reason: One, message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}»\n`,
  ],
  [
    'V019',
    `apiVersion: metallb.io/v1beta1\nkind: ConfigurationState\nmetadata: {name: a}\nstatus:\n  conditions:\n  - {type: A, status: "True", reason: One, message: m, lastTransitionTime: "2026-01-01T00:00:00Z"}\n`,
  ],
  ['V020', pool('addresses: [10.0.0.0/24]', '«My_Pool»')],
  ['V020', 'apiVersion: metallb.io/v1beta1\nkind: «L2Advertisement»\n'],
  ['V020', pool('addresses: [10.0.0.0/24]', 'my-pool.1')],
  [
    'V021',
    'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: a, namespace: «metallb.system»}\n',
  ],
  ['V021', l2('')],
  [
    'V022',
    'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: a, labels: {«a/b/c»: x, ok: «no blanks»}}\n',
  ],
  [
    'V022',
    'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: a, labels: {example.com/a: x_1}, annotations: {a: any thing}}\n',
  ],
  ['V023', l2('', 'a') + l2('', '«a»')],
  ['V023', l2('', 'a') + l2('', 'b') + bgp('', 'a')],
  [
    'V024',
    'apiVersion: apps/v1\nkind: «Deployment»\nmetadata: {name: a}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n',
  ],
  ['V024', core('Service', 'web', 'spec: {}')],
  [
    'V025',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata:\n  «config»: |\n    address-pools:\n    - name: default\n',
  ],
  ['V025', '«address-pools»:\n- name: default\n'],
  ['V025', 'metallb:\n  «configInline»:\n    address-pools: []\n'],
  ['V025', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {config: "colour: red"}\n'],
  ['V030', l2('nodeSelectors: [{matchExpressions: [{key: a, operator: «in», values: [b]}]}]')],
  [
    'V030',
    l2(
      'nodeSelectors: [{matchExpressions: [«{key: a, operator: In}», {key: a, operator: Exists, values: «[b]»}]}]',
    ),
  ],
  ['V030', l2('nodeSelectors: [{matchLabels: {a: «b c»}}]')],
  ['V030', l2('nodeSelectors: [{matchExpressions: [{key: a, operator: In, values: [b]}]}, {}]')],
  ['V031', l2('nodeSelectors: [{matchLabels: {a: b, c: d}}, «{matchLabels: {c: d, a: b}}»]')],
  ['V031', l2('nodeSelectors: [{matchLabels: {a: b}}, {matchLabels: {a: c}}]')],
  ['V032', l2('nodeSelectors: [{matchExpressions: [{key: a, operator: In, values: [b, c, «b»]}]}]')],
  [
    'V032',
    l2(
      'nodeSelectors: [{matchExpressions: [{key: a, operator: In, values: [b, c]}, «{key: a, operator: In, values: [c, b]}»]}]',
    ),
  ],
  [
    'V032',
    l2(
      'nodeSelectors: [{matchExpressions: [{key: a, operator: In, values: [b, c]}, {key: a, operator: NotIn, values: [c, b]}]}]',
    ),
  ],
]

export const OBJECT_CASES: readonly Case[] = [...TEXT_AND_OBJECTS]
