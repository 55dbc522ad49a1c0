// The advertisement that a pool lacks, to be pasted, and of which kind it should be.
import { parseIp } from '../../net/ip.ts'
import { prefixOf, prefixRange, rangesOverlap } from '../../net/prefix.ts'
import type { Pool } from '../../speaker/configuration/configuration.ts'
import type { Fix } from '../finding.ts'
import type { ClusterView } from './cluster-view.ts'

/** In the same /24 or /64 as some node: then it is most likely of the nodes' own link, and needs no router. */
export const isNearNodes = (pool: Pool, view: ClusterView): boolean =>
  [...view.nodes.values()].some(({ addresses }) =>
    addresses.some(({ address }) => {
      const parsed = parseIp(address)
      if (parsed === undefined) return false
      const near = prefixRange(prefixOf(parsed, parsed.family === 4 ? 24 : 64))
      return pool.ranges.some((range) => rangesOverlap(range, near))
    }),
  )

export const advertise = (pool: string, kind: string, view: ClusterView): Fix => ({
  text: `Apply ${kind === 'L2Advertisement' ? 'an' : 'a'} ${kind} for the pool: save this as a file, and kubectl apply -f FILE.`,
  configuration: [
    'apiVersion: metallb.io/v1beta1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${pool}`,
    `  namespace: ${view.installation?.namespace ?? 'metallb-system'}`,
    'spec:',
    '  ipAddressPools:',
    `    - ${pool}`,
  ],
})
