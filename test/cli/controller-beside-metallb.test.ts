// `lbctl controller run` where a controller of MetalLB runs already.
import { afterEach, expect, it } from 'vitest'
import { ControllerLab } from '../support/controller-lab/controller-lab.ts'
import { DEADLINE_MS } from '../support/controller-lab/running-controller.ts'
import { eventually } from '../support/namespaces.ts'

const TEST_MS = 120_000
const labs: ControllerLab[] = []
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.remove()))
})

async function lab(): Promise<ControllerLab> {
  const made = await ControllerLab.create('192.0.2.0/24')
  labs.push(made)
  return made
}

it(
  'beside MetalLB’s own controller it does not start, and says how to scale that one down',
  async () => {
    const cluster = await lab()
    const pod = (name: string, phase: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'metallb-system',
        labels: { app: 'metallb', component: 'controller', 'pod-template-hash': '5f4d8c' },
      },
      spec: { containers: [{ name: 'controller', image: 'quay.io/metallb/controller:v0.15.2' }] },
      status: { phase },
    })
    cluster.server.applyObjects([pod('old', 'Succeeded'), pod('lb-controller-5f4d8c-x', 'Running')])
    await cluster.createServices('web')
    const refused = cluster.controller()
    expect(await refused.exited).toBe(1)
    expect(refused.stderr).toContain('pod metallb-system/lb-controller-5f4d8c-x')
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
      'kubectl -n metallb-system scale deployment controller --replicas=0',
    )
    expect(await cluster.addresses()).toEqual({ web: '' })
    expect(cluster.writes.size).toBe(0)

    const forced = cluster.controller('--force')
    await forced.until('leading')
    await cluster.untilAssigned('web')
    await forced.stop()

    await cluster.request('DELETE', '/api/v1/namespaces/metallb-system/pods/lb-controller-5f4d8c-x')
    const alone = cluster.controller()
    await alone.until('leading')
    await eventually('it is ready', async () => (await alone.get('/readyz')).status === 200, DEADLINE_MS)
  },
  TEST_MS,
)
