// The whole of a cluster from outside: what kubectl, the router and the client see, as one value that can be compared.
import type { RouterOfLab } from '../speaker-lab/router-of-lab.ts'
import type { ClusterLab } from './cluster-lab.ts'

/** What is said in statuses, without names and times that differ from run to run. */
const FIELDS = ['node', 'serviceName', 'serviceNamespace', 'interfaces', 'name', 'peers', 'result']

export interface SeenState {
  /** each Service with its addresses, and who answers for the first one or has the router's route */
  readonly services: readonly string[]
  readonly layer2: readonly string[]
  readonly bgp: readonly string[]
  readonly configuration: readonly string[]
}

export async function seenState(lab: ClusterLab, router: RouterOfLab): Promise<SeenState> {
  const { cluster } = lab
  const services: string[] = []
  for (const { metadata } of cluster.objects('services')) {
    const addresses = cluster.addressesOf(metadata.name)
    const [first] = addresses
    if (first === undefined) continue
    const onLink = first.startsWith('192.')
    const who = onLink ? await lab.whoAnswers(first) : router.nextHops(`${first}/32`)
    services.push(`${metadata.name} ${addresses.join(' ')}: ${who.join(' ')}`)
  }
  const statuses = (kind: string, isNamed = false) =>
    cluster
      .objects(`${kind}.metallb.io`)
      .map(({ metadata, status }) => `${isNamed ? metadata.name : ''} ${JSON.stringify(status, FIELDS)}`)
      .sort()
  return {
    services,
    layer2: statuses('servicel2statuses'),
    bgp: statuses('servicebgpstatuses'),
    configuration: statuses('configurationstates', true),
  }
}

/** When it is the same twice in a row. */
export async function settledState(lab: ClusterLab, router: RouterOfLab): Promise<SeenState> {
  let last = await seenState(lab, router)
  await lab.until('nothing changes any more', async () => {
    const now = await seenState(lab, router)
    const same = JSON.stringify(now) === JSON.stringify(last)
    last = now
    return same
  })
  return last
}
