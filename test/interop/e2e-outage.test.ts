// The minute without API server goes by on one cluster; meanwhile the scenarios about selectors and addresses run on another.
import { afterAll, beforeAll, it } from 'vitest'
import { CLUSTER_LAB_PROGRAMS, ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { addSecondLink, type SecondLink } from '../support/cluster-lab/second-link.ts'
import { describeInterop } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS } from '../support/router-daemons.ts'
import { assignmentScenarios, serviceAllocationScenarios } from './e2e-assignment.ts'
import { dualStackScenarios } from './e2e-dual-stack.ts'
import { interfaceScenarios, serviceScenarios } from './e2e-interfaces.ts'
import { ApiOutage, OUTAGE_CONFIGURATION } from './e2e-outage.ts'
import { nodeScenarios } from './e2e-selectors.ts'

describeInterop(
  'e2e: selectors, and the API server is away',
  [...CLUSTER_LAB_PROGRAMS, ...DAEMON_PROGRAMS],
  () => {
    let lab: ClusterLab
    let second: SecondLink
    let lonely: ClusterLab
    let outage: ApiOutage
    let minute: Promise<void> | undefined

    // One after the other: while a namespace is entered nothing else may be made.
    beforeAll(async () => {
      lab = await ClusterLab.create()
      second = addSecondLink(lab)
      lonely = await ClusterLab.create()
      outage = new ApiOutage(lonely, await lonely.startRouter(OUTAGE_CONFIGURATION, ['tor']))
      minute = outage.run()
      // It is asked for its end below.
      minute.catch(() => undefined)
    }, 120_000)
    afterAll(async () => {
      await lab?.destroy()
      await lonely?.destroy()
    })

    nodeScenarios(() => lab)
    interfaceScenarios(
      () => lab,
      () => second,
    )
    serviceScenarios(() => lab)
    assignmentScenarios(() => lab)
    serviceAllocationScenarios(() => lab)
    dualStackScenarios(() => lab)

    it('API outage: killed under load for a minute, ARP answers and sessions uninterrupted, equal to a fresh start', async () => {
      try {
        await (minute ?? outage.again())
      } finally {
        minute = undefined
      }
    }, 240_000)
  },
)
