import type { InstallOptions } from '../options.ts'

export const options = (changed: Partial<InstallOptions> = {}): InstallOptions => ({
  mode: 'all',
  namespace: 'lb',
  image: 'registry.test/lbctl:1',
  imagePullSecrets: [],
  nodeSelector: {},
  ignoreExcludeLabel: false,
  bgpListen: false,
  probeBeforeAssign: false,
  webhooks: true,
  networkPolicies: true,
  podMonitor: false,
  logLevel: 'info',
  ...changed,
})
