// Effects of decisions → records of the log, with the words that MetalLB uses for the same thing.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatIp } from '../../net/ip.ts'
import type { Detail, Protocol, Verdict } from '../decide/reasons.ts'
import type { Effect } from '../state/effects.ts'
import type { LogRecord } from './log-record.ts'

type VerdictEffect = Extract<Effect, { kind: 'verdict' }>

const PROTOCOL_WORDS: Readonly<Record<Protocol, string>> = { layer2: 'layer 2', bgp: 'BGP' }

const DETAIL_WORDS: Readonly<Record<Detail, string>> = {
  'no-endpoints': 'no endpoint of it can serve',
  'unknown-node': 'there is no Node of this name',
  'no-speaker': 'this speaker is not a member of the others',
  'network-unavailable': 'the node has the condition NetworkUnavailable',
  'excluded-by-label': 'the node has the label that excludes it from load balancers',
  unschedulable: 'the node is cordoned',
  'no-local-endpoint': 'no endpoint that can serve is on this node',
  'less-preferred': 'another node is preferred',
  'lost-election': 'another node was elected',
  'no-advertisement': 'no BGPAdvertisement of its pool selects this node',
}

const REASON_WORDS: Readonly<Record<Extract<Verdict, { announces: false }>['reason'], string>> = {
  serviceDeleted: 'the Service is gone',
  notLoadBalancer: 'it is not of type LoadBalancer',
  noIPAllocated: 'it has no address',
  invalidIP: 'its address is not valid',
  ipNotAllowed: 'its address is in no pool',
  internalError: 'of a mistake in lbctl',
  loadBalancerIPChanged: 'its address changed',
  notOwner: 'another node announces it',
  noMatchingAdvertisement: 'no advertisement of its pool selects this node and the Service',
  sharedIPWithServiceSelector: 'it shares its address, and an L2Advertisement selects by Service',
  conflictingAdvertisements: 'its advertisements ask for different local preferences',
  nodeNetworkUnavailable: 'the node has the condition NetworkUnavailable',
  nodeLabeledExcludeBalancers: 'the node has the label that excludes it from load balancers',
  noLocalEndpoints: 'no endpoint that can serve is on this node',
  noEndpoints: 'no endpoint of it can serve',
}

/** A fragment that stands behind "because". */
export function whyNot(verdict: Extract<Verdict, { announces: false }>): string {
  return verdict.detail === undefined ? REASON_WORDS[verdict.reason] : DETAIL_WORDS[verdict.detail]
}

/** @param announcedBefore whether this node announced the Service by that protocol until now */
export function verdictRecord(effect: VerdictEffect, announcedBefore: boolean): LogRecord {
  const { service, protocol, verdict, addresses, pool, owner } = effect
  const ips = addresses.map(formatIp)
  const fields = { service, protocol, ips, pool }
  if (verdict?.announces === true)
    return {
      level: 'info',
      caller: 'speaker',
      fields: { ...fields, event: 'serviceAnnounced', msg: 'service has IP, announcing' },
      text: `Announcing ${ips.join(' and ')} of ${service} by ${PROTOCOL_WORDS[protocol]}`,
    }
  const reason = verdict?.reason ?? 'serviceDeleted'
  const why = verdict === undefined ? REASON_WORDS.serviceDeleted : whyNot(verdict)
  const who = owner === undefined ? '' : ` (${owner})`
  if (announcedBefore)
    return {
      level: 'info',
      caller: 'speaker',
      fields: { ...fields, event: 'serviceWithdrawn', reason, msg: 'withdrawing service announcement' },
      text: `Withdrawing ${service} by ${PROTOCOL_WORDS[protocol]}, because ${why}${who}`,
    }
  const loud = reason === 'conflictingAdvertisements' || reason === 'sharedIPWithServiceSelector'
  return {
    level: loud ? 'warn' : 'debug',
    caller: 'speaker',
    fields: {
      ...fields,
      event: protocol === 'layer2' ? 'skipping should announce l2' : 'skipping should announce bgp',
      reason,
      owner,
    },
    text: `Not announcing ${service} by ${PROTOCOL_WORDS[protocol]}, because ${why}${who}`,
  }
}

/** MetalLB logs of a refused configuration its cause alone, under `error`, without a message. */
export const refusalRecords = (problems: readonly Diagnostic[]): LogRecord[] =>
  problems.map((problem) => {
    const place = placeOfDiagnostic(problem)
    const subject = subjectText(problem)
    const error = [subject, problem.message].filter((part) => part !== '').join(': ')
    return {
      level: 'error',
      caller: 'config',
      fields: { controller: 'ConfigReconciler', error, code: problem.code, place },
      text: `The new configuration is not used: ${error}${place === undefined ? '' : ` [${place}]`}`,
    }
  })

const subjectText = ({ subject }: Diagnostic): string =>
  subject === undefined
    ? ''
    : [`${subject.kind} ${subject.name ?? ''}`.trim(), subject.field]
        .filter((part) => part !== undefined)
        .join(' ')

export function placeOfDiagnostic({ at }: Diagnostic): string | undefined {
  if (at === undefined) return undefined
  const { file, line, column } = at.source.locate(at.start)
  return `${file}:${line}:${column}`
}

export const acceptedRecord = (recovered: boolean): LogRecord => ({
  level: 'info',
  caller: 'config',
  fields: { event: 'configLoaded', msg: 'config reloaded' },
  text: recovered ? 'The configuration is valid again and in use' : 'The new configuration is in use',
})
