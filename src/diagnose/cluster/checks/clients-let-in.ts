// F34: loadBalancerSourceRanges that keep out who should get in, or let in who should not. The address is announced all the same.
import type { KubeObject } from '../../../config/kube-object.ts'
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { formatIp, type Ip, type IpFamily } from '../../../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixContains } from '../../../net/prefix.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { idOf, textsAt } from '../object-fields.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { walkedPaths } from '../probed-services.ts'
import { counted, listed } from '../wording.ts'

interface Limited {
  readonly service: ServiceObject
  readonly addresses: readonly Ip[]
  readonly ranges: readonly Prefix[]
  /** entries that are no CIDR */
  readonly unreadable: readonly string[]
}

export const clientsLetIn: ClusterCheck = {
  id: 'clients-let-in',
  code: 'F34',
  link: 'data path',
  title: 'Services let in the clients that they are for',
  needs: ['services'],
  evaluate: (view) => {
    const objects = new Map(itemsOf(view.facts.services).map((each) => [idOf(each), each]))
    const limited = view.services.flatMap((service) => limitedOf(service, objects.get(keyOf(service))))
    if (limited.length === 0) return skip('no Service has loadBalancerSourceRanges')
    return failOr(
      firstAndMore(
        limited.flatMap((each) => draftOf(each, view) ?? []),
        5,
        (draft) => draft,
        (more) => `${more} more Services have loadBalancerSourceRanges that do not do what they are for`,
      ),
      counted(
        limited.length,
        'Service with loadBalancerSourceRanges',
        'Services with loadBalancerSourceRanges',
      ),
    )
  },
}

/** kube-proxy takes the spaces around an entry away, and skips what is no CIDR then. */
function limitedOf(service: ServiceObject, object: KubeObject | undefined): Limited[] {
  const texts = textsAt(object, 'spec', 'loadBalancerSourceRanges').map((text) => text.trim())
  if (texts.length === 0) return []
  const ranges = texts.flatMap((text) => parsePrefix(text) ?? [])
  const unreadable = texts.filter((text) => parsePrefix(text) === undefined)
  return [{ service, addresses: addressesOf(service), ranges, unreadable }]
}

function draftOf(limited: Limited, view: ClusterView): ClusterDraft | undefined {
  const { client } = view
  // What a cluster holds was accepted by its API server, and may be written in a way of long ago.
  if (limited.unreadable.length > 0)
    return view.facts.origin === 'files' ? unreadableDraft(limited) : undefined
  const shut = client === undefined ? undefined : shutOut(limited, client)
  return shut ?? unlimited(limited) ?? reminder(limited, view)
}

const subjectOf = ({ service }: Limited): string => `Service ${keyOf(service)}`
const rangesText = ({ ranges }: Limited): string => listed(ranges.map(formatPrefix))
const isOf =
  (family: IpFamily) =>
  (each: { readonly family: IpFamily }): boolean =>
    each.family === family

const editCommand = ({ service: { namespace = 'default', name } }: Limited): string =>
  `kubectl -n ${namespace} edit service ${name}`

function unreadableDraft(limited: Limited): ClusterDraft {
  const key = keyOf(limited.service)
  const [first = ''] = limited.unreadable
  const single = parsePrefix(`${first}/32`) ?? parsePrefix(`${first}/128`)
  const meant =
    single === undefined ? undefined : `${first}/${single.family === 4 ? 32 : 128} is this one address.`
  return {
    title: `The Service ${key} has loadBalancerSourceRanges that are no CIDR: ${listed(limited.unreadable)}.`,
    severity: 'error',
    confidence: 'certain',
    subject: subjectOf(limited),
    evidence: [`spec.loadBalancerSourceRanges: ${listed(limited.unreadable)}`],
    cause: 'The API server refuses such a Service, and kube-proxy skips such an entry.',
    fix: [
      {
        text: `Write each as ADDRESS/LENGTH.${meant === undefined ? '' : ` ${meant}`}`,
      },
    ],
    affects: [key],
  }
}

/** The client is of the family of an address, and of none of the ranges of that family. */
function shutOut(limited: Limited, client: Ip): ClusterDraft | undefined {
  const own = limited.ranges.filter(isOf(client.family))
  const address = limited.addresses.find(isOf(client.family))
  if (address === undefined || own.length === 0) return undefined
  if (own.some((range) => prefixContains(range, client))) return undefined
  const key = keyOf(limited.service)
  const { namespace = 'default', name } = limited.service
  const whole = `${formatIp(client)}/${client.family === 4 ? 32 : 128}`
  const wanted = [...limited.ranges.map(formatPrefix), whole]
  return {
    title: `The Service ${key} drops what comes from ${formatIp(client)}: its loadBalancerSourceRanges do not hold it.`,
    severity: 'error',
    confidence: 'certain',
    subject: subjectOf(limited),
    evidence: [
      `spec.loadBalancerSourceRanges: ${rangesText(limited)}`,
      `the client that --from names: ${formatIp(client)}`,
    ],
    cause:
      'kube-proxy drops all clients that the ranges do not name, without an answer: they see a time-out. The source that counts is the one that the node sees; NAT on the way changes it.',
    fix: [
      {
        text: 'Name the address of the client too, or its network.',
        command: `kubectl -n ${namespace} patch service ${name} --type=merge -p '${JSON.stringify({ spec: { loadBalancerSourceRanges: wanted } })}'`,
      },
    ],
    affects: [key],
  }
}

/** kube-proxy sorts the ranges by family, and a family that has none is not filtered at all. */
function unlimited(limited: Limited): ClusterDraft | undefined {
  const open = limited.addresses.find(({ family }) => !limited.ranges.some(isOf(family)))
  if (open === undefined) return undefined
  const key = keyOf(limited.service)
  return {
    title: `The Service ${key} lets everybody in at ${formatIp(open)}: its loadBalancerSourceRanges hold no IPv${open.family} network.`,
    severity: 'warning',
    confidence: 'likely',
    subject: subjectOf(limited),
    evidence: [`spec.loadBalancerSourceRanges: ${rangesText(limited)}`],
    cause:
      'kube-proxy filters each IP family by the ranges of that family only, and does not filter one that has none.',
    fix: [
      {
        text: `Name the IPv${open.family} networks that may connect, too.`,
        command: editCommand(limited),
      },
    ],
    affects: [key],
  }
}

/** Who asks about this Service, and not from which client, may be one of those that are kept out. What rules were followed says it itself. */
function reminder(limited: Limited, view: ClusterView): ClusterDraft | undefined {
  if (view.focus === undefined || view.client !== undefined) return undefined
  const walked = new Set(walkedPaths(view).map(({ facts }) => facts.target.address))
  if (!limited.addresses.some((address) => !walked.has(formatIp(address)))) return undefined
  const key = keyOf(limited.service)
  return {
    title: `The Service ${key} lets in ${rangesText(limited)} only: loadBalancerSourceRanges.`,
    severity: 'info',
    confidence: 'certain',
    subject: subjectOf(limited),
    evidence: [`spec.loadBalancerSourceRanges: ${rangesText(limited)}`],
    cause: 'All other clients are dropped without an answer, and see a time-out. That is what was asked for.',
    fix: [
      {
        text: 'Ask whether a client is let in.',
        command: `lbctl diagnose service ${key} --from CLIENT`,
      },
    ],
    affects: [key],
  }
}
