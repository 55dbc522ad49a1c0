// What was typed → the Services that it means.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { nearest } from '../../config/schema/nearest.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { isHostName } from './asked-service.ts'
import type { ClusterView } from './cluster-view.ts'
import { addressesOf, keyOf } from './object-keys.ts'
import { listed } from './wording.ts'

/**
 * @param asked `shop/web`, `web`, an address, or a host name
 * @param resolved addresses of what was a host name
 * @throws LbctlError `usage` when it means none
 */
export function findServices(
  asked: string,
  resolved: readonly Ip[],
  { objects }: ClusterView,
): readonly ServiceObject[] {
  const all = objects.services.filter(({ type }) => type === 'LoadBalancer')
  const address = parseIp(asked)
  const wanted = address === undefined ? resolved : [address]
  const byName = objects.services.filter(
    (service) => keyOf(service) === asked || (!asked.includes('/') && service.name === asked),
  )
  const found =
    address === undefined && byName.length > 0 ? byName : all.filter((service) => holdsAny(service, wanted))
  const other = found.find(({ type }) => type !== 'LoadBalancer')
  if (other !== undefined && found.length === 1)
    throw new LbctlError(
      'usage',
      `The Service ${keyOf(other)} is of type ${other.type}: no load balancer looks after it.`,
      {
        hints: [
          `Change it with: kubectl -n ${other.namespace ?? 'default'} patch service ${other.name} -p '{"spec":{"type":"LoadBalancer"}}'`,
        ],
      },
    )
  const fitting = found.filter(({ type }) => type === 'LoadBalancer')
  if (fitting.length > 0) return fitting
  throw wanted.length === 0 ? unknownName(asked, all) : unknownAddress(asked, wanted, all)
}

const holdsAny = (service: ServiceObject, wanted: readonly Ip[]): boolean =>
  addressesOf(service).some((own) =>
    wanted.some((each) => each.family === own.family && each.value === own.value),
  )

function unknownName(asked: string, all: readonly ServiceObject[]): LbctlError {
  const near = nearest(asked, all.map(keyOf))
  const message = isHostName(asked)
    ? `The host name "${asked}" does not resolve here.`
    : `There is no Service "${asked}".`
  return new LbctlError('usage', message, {
    hints: [
      near !== undefined
        ? `Did you mean ${near}?`
        : all.length === 0
          ? 'There is no Service of type LoadBalancer at all.'
          : `Services of type LoadBalancer: ${listed(all.map(keyOf), 10)}.`,
    ],
  })
}

function unknownAddress(asked: string, wanted: readonly Ip[], all: readonly ServiceObject[]): LbctlError {
  const text = wanted.map(formatIp).join(', ')
  const whose = parseIp(asked) === undefined ? `, which is that of ${asked}` : ''
  return new LbctlError('usage', `No Service of type LoadBalancer has the address ${text}${whose}.`, {
    hints: [
      ...(all.length === 0
        ? []
        : [
            `Addresses in use: ${listed([...new Set(all.flatMap(({ ingress }) => ingress))], 10) || 'none'}.`,
          ]),
      'lbctl diagnose arp, ndp and route examine an address without a cluster.',
    ],
  })
}
