// F29 of the hosts that were read: Pods of the node do not get through kube-proxy's rules to an address of their own cluster.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { formatIp, type Ip, type IpFamily, ip } from '../../../net/ip.ts'
import { parsePrefix, rangeContains } from '../../../net/prefix.ts'
import type { PathFacts, PortFacts, WalkFacts } from '../../path/path-facts.ts'
import { clientText, endsText, portText } from '../../path/path-words.ts'
import { addressRange } from '../../path/read/address-ranges.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { keyOf } from '../object-keys.ts'
import { isAnnouncer, usersOfAddress } from '../probed-services.ts'
import { counted } from '../wording.ts'

export const podsReach: ClusterCheck = {
  id: 'pods-reach',
  code: 'F29',
  link: 'data path',
  title: 'Pods reach the addresses of their own cluster',
  needs: ['hosts', 'services', 'endpointSlices', 'nodes'],
  evaluate: (view) => {
    const walked = [...view.hosts.values()].flatMap(({ node, paths }) =>
      paths.flatMap((facts) => {
        const pod = podAddress(node, facts.target.family, view)
        return pod === undefined ? [] : facts.ports.map((port) => ({ node, facts, port, pod }))
      }),
    )
    if (walked.length === 0) return skip('no rules were read on a node whose Pods have a known range')
    return failOr(
      firstAndMore(
        walked.flatMap((each) => draft(each, view) ?? []),
        3,
        (each) => each,
        (more) => `${more} more ports of Services are not reached by Pods of a node`,
      ),
      counted(walked.length, 'port of a Service', 'ports of Services'),
    )
  },
}

interface Walked {
  readonly node: string
  readonly facts: PathFacts
  readonly port: PortFacts
  readonly pod: Ip
}

/** One that a Pod of the node could have. */
function podAddress(node: string, family: IpFamily, view: ClusterView): Ip | undefined {
  const prefixes = view.nodes.get(node)?.podCIDRs.flatMap((text) => parsePrefix(text) ?? [])
  const own = prefixes?.find((prefix) => prefix.family === family)
  return own === undefined ? undefined : ip(family, own.base + 9n)
}

function draft({ node, facts, port, pod }: Walked, view: ClusterView): ClusterDraft | undefined {
  const walk = walkOf(pod, port)
  const user = usersOfAddress(facts.target.address, view).find(({ service }) => serves(service, view))
  if (walk === undefined || user === undefined || port.roles.length === 0 || arrives(walk)) return undefined
  // There the finding is F28: nobody gets in.
  if (isAnnouncer(user.service, node, view)) return undefined
  const what = portText(facts.target, port.port)
  return {
    title: `Pods on ${node} do not reach ${what}: the rules of kube-proxy stop them.`,
    severity: 'warning',
    confidence: 'certain',
    breaks: 'now',
    subject: `Node ${node}`,
    evidence: [
      `a Pod of ${node}, as ${formatIp(pod)}, counts among ${clientText(walk.clients)}: ${endsText(walk.ends)}`,
      ...walk.ends.flatMap(({ stoppedIn, stoppedBy }) =>
        stoppedIn === undefined ? [] : [`${stoppedIn}: ${stoppedBy ?? 'a rule'}`],
      ),
      `externalTrafficPolicy of ${user.key}: ${user.service.externalTrafficPolicy ?? 'Cluster'}`,
    ],
    cause:
      'The packets never leave the node: kube-proxy takes the address itself. With externalTrafficPolicy Local it forwards to endpoints of this node only, unless it can tell Pods from clients outside, for which it has to know their range.',
    fix: [
      {
        text: 'Tell kube-proxy the range of the Pods (clusterCIDR, detectLocalMode), and restart it.',
        command: 'kubectl -n kube-system edit configmap kube-proxy',
      },
      {
        text: 'Or let every node forward; endpoints then see the address of a node.',
        command: `kubectl -n ${user.service.namespace ?? 'default'} patch service ${user.service.name} -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`,
      },
      { text: 'Or let programs inside use the name of the Service.' },
    ],
    affects: [keyOf(user.service)],
  }
}

const serves = (service: ServiceObject, view: ClusterView): boolean => view.endpointsOf(service).anywhere

const arrives = ({ ends }: WalkFacts): boolean => ends.some(({ end }) => end === 'endpoint')

function walkOf(pod: Ip, { walks }: PortFacts): WalkFacts | undefined {
  const isNamed = ({ clients }: WalkFacts): boolean =>
    clients.kind === 'addresses' &&
    clients.ranges.some((text) => {
      const range = addressRange(text)
      return range !== undefined && rangeContains(range, pod)
    })
  return walks.find(isNamed) ?? walks.find(({ clients }) => clients.kind.startsWith('everybody'))
}
