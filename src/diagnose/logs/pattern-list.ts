// All patterns, those that say more about a line before those that say less.
import type { LogPattern } from './pattern.ts'
import { BGP_PATTERNS } from './patterns/bgp.ts'
import { CONFIGURATION_PATTERNS } from './patterns/configuration.ts'
import { FRR_PATTERNS } from './patterns/frr.ts'
import { KUBE_VIP_PATTERNS } from './patterns/kube-vip.ts'
import { LAYER2_PATTERNS } from './patterns/layer2.ts'
import { LBCTL_PATTERNS } from './patterns/lbctl.ts'
import { MEMBERLIST_PATTERNS } from './patterns/memberlist.ts'
import { ROUTER_PATTERNS } from './patterns/routers.ts'

export const LOG_PATTERNS: readonly LogPattern[] = [
  ...ROUTER_PATTERNS,
  ...LBCTL_PATTERNS,
  ...BGP_PATTERNS,
  ...MEMBERLIST_PATTERNS,
  ...LAYER2_PATTERNS,
  ...CONFIGURATION_PATTERNS,
  ...FRR_PATTERNS,
  ...KUBE_VIP_PATTERNS,
]
