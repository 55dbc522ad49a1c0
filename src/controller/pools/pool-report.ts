// Pools and addresses as values that become JSON as they are.
import type { PoolDefinition } from '../../ipam/pool.ts'
import type { PoolSpace } from '../../ipam/pool-space.ts'
import type { PoolState } from '../../ipam/pool-state.ts'
import { metallbWords, poolReasonWords, poolRefusals } from '../../ipam/refusal.ts'
import type { AddressRequest, Families } from '../../ipam/request.ts'
import { compareIp, formatIp, type Ip } from '../../net/ip.ts'
import { formatRange } from '../../net/prefix.ts'
import { requestOf } from '../converge/wish.ts'
import { type ServiceFact, serviceKey } from '../facts/facts.ts'
import { type Forecast, forecast } from './forecast.ts'
import type { PoolSurvey, Stray } from './pool-survey.ts'

/** A count; above 2^53 as a text, because a JSON number would not hold it. */
export type Count = number | string

export interface FamilyReport {
  readonly capacity: Count
  readonly used: number
  readonly free: Count
  /** the next address that a Service would get which shares with nobody; null: none is left */
  readonly next: string | null
  /** when it will be full, if Services go on taking addresses as they did */
  readonly forecast: Forecast
}

export interface PoolReport {
  readonly name: string
  readonly ranges: readonly string[]
  readonly autoAssign: boolean
  readonly avoidBuggyIPs: boolean
  /** 0: after all that have another */
  readonly priority: number | null
  /** names of namespaces, those that match selectors among them; null: every namespace */
  readonly namespaces: readonly string[] | null
  readonly selectsServices: boolean
  /** null: the pool has no addresses of the family */
  readonly ipv4: FamilyReport | null
  readonly ipv6: FamilyReport | null
}

export interface HolderReport {
  readonly service: string
  readonly addresses: readonly string[]
  readonly pool: string | null
  readonly ports: readonly string[]
  /** value of allow-shared-ip; null: shares with nobody */
  readonly sharingKey: string | null
  /** when the Service was made; null where that is not known */
  readonly since: string | null
}

export interface ListReport {
  readonly pools: readonly PoolReport[]
  readonly waiting: readonly string[]
  readonly strays: readonly Stray[]
}

export const listReport = (survey: PoolSurvey): ListReport => ({
  pools: survey.pools().map((pool) => poolReport(pool, survey)),
  waiting: survey.waiting.map(serviceKey),
  strays: survey.strays,
})

export function poolReport(pool: PoolState, survey: PoolSurvey): PoolReport {
  const { definition, namespaces } = pool
  const { allocation } = definition
  return {
    name: pool.name,
    ranges: definition.ranges.map(formatRange),
    autoAssign: definition.autoAssign,
    avoidBuggyIPs: definition.avoidBuggyIps,
    priority: allocation?.priority ?? null,
    namespaces: restricts(definition) ? [...namespaces].sort() : null,
    selectsServices: (allocation?.serviceSelectors.length ?? 0) > 0,
    ipv4: familyReport(pool.spaces[4], survey),
    ipv6: familyReport(pool.spaces[6], survey),
  }
}

const restricts = ({ allocation }: PoolDefinition): boolean =>
  allocation !== undefined && allocation.namespaces.size + allocation.namespaceSelectors.length > 0

function familyReport(space: PoolSpace, { services, nowMs }: PoolSurvey): FamilyReport | null {
  if (space.capacity === 0n) return null
  const next = space.nextFree()
  return {
    capacity: count(space.capacity),
    used: space.inUse,
    free: count(space.freeCount),
    next: next === undefined ? null : formatIp(next),
    forecast: forecast(space, services, nowMs),
  }
}

export const count = (value: bigint): Count =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)

export interface ShowReport {
  readonly pool: PoolReport
  /** in the order of their addresses */
  readonly holders: readonly HolderReport[]
}

export function showReport(survey: PoolSurvey, pool: PoolState): ShowReport {
  const uses = [...pool.spaces[4].uses(), ...pool.spaces[6].uses()].sort((a, b) =>
    compareIp(a.address, b.address),
  )
  const services = new Set(uses.flatMap((use) => use.claims().map(({ service }) => service)))
  return { pool: poolReport(pool, survey), holders: [...services].flatMap((key) => holderOf(survey, key)) }
}

function holderOf(survey: PoolSurvey, key: string): HolderReport[] {
  const service = survey.services.get(key)
  return service === undefined ? [] : [holderReport(survey, service)]
}

function holderReport(survey: PoolSurvey, service: ServiceFact): HolderReport {
  const request = requestOf(service)
  return {
    service: request.service,
    addresses: service.ingress,
    pool: survey.allocator.assignmentOf(request.service)?.pool ?? null,
    ports: request.ports,
    sharingKey: request.sharing === '' ? null : request.sharing,
    since: service.createdAt === '' ? null : service.createdAt,
  }
}

export interface WhoReport {
  readonly address: string
  /** the pool that hands it out; null: none does */
  readonly pool: string | null
  readonly holders: readonly HolderReport[]
}

export function whoReport(survey: PoolSurvey, address: Ip): WhoReport {
  const place = survey.allocator.pools.place(address)
  return {
    address: formatIp(address),
    pool: place?.pool.name ?? null,
    holders: survey.holdersOf(address).map((service) => holderReport(survey, service)),
  }
}

export interface NextReport {
  /** what a Service would get; null: nothing */
  readonly addresses: readonly string[] | null
  readonly pool: string | null
  /** MetalLB's words; null when it gets something */
  readonly why: string | null
  /** of each pool that was looked at in vain */
  readonly refusals: readonly { readonly pool: string; readonly reason: string; readonly words: string }[]
}

/** What a Service would get now. The survey is as it was afterwards. */
export function nextReport(
  { allocator }: PoolSurvey,
  request: AddressRequest,
  families: Families,
  pool: string | undefined,
): NextReport {
  const found =
    pool === undefined
      ? allocator.allocate(request, families)
      : allocator.allocateFrom(pool, request, families)
  allocator.release(request.service)
  if (found.ok)
    return { addresses: found.value.addresses.map(formatIp), pool: found.value.pool, why: null, refusals: [] }
  return {
    addresses: null,
    pool: null,
    why: metallbWords(found.error),
    refusals: poolRefusals(found.error).map((each) => ({
      pool: each.pool,
      reason: each.reason,
      words: poolReasonWords(each),
    })),
  }
}
