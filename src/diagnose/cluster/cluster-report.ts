// What a diagnosis of an installation hands over to be shown.
import type { NodeMatrix } from '../agents/matrix.ts'
import type { ClusterVerdict } from './judge-cluster.ts'
import type { ChainLink } from './service-chain.ts'

export interface ClusterReport {
  /** `cluster`, `Service shop/web` */
  readonly subject: string
  readonly verdict: ClusterVerdict
  /** who reaches whom, where other nodes took part */
  readonly matrix?: NodeMatrix | undefined
  /** of a Service */
  readonly chain?: readonly ChainLink[]
}
