// The plan of a router as JSON. The shape is a promise: docs/router.md describes it.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { ImportFilter, PlannedNeighbour, RouterPlan } from '../../router/plan/router-plan.ts'
import { diagnosticToJson } from '../diagnostics/json.ts'

interface PlannedText {
  readonly plan: RouterPlan
  readonly vendor: string | undefined
  readonly lines: readonly string[]
}

/** `diagnostics`: what MetalLB would refuse the configuration for; there is no router then. */
export function renderRouterPlansJson(
  routers: readonly PlannedText[],
  notes: readonly string[],
  diagnostics: readonly Diagnostic[] = [],
): string {
  const value = { routers: routers.map(routerToJson), notes, diagnostics: diagnostics.map(diagnosticToJson) }
  return `${JSON.stringify(value, null, 2)}\n`
}

const routerToJson = ({ plan, vendor, lines }: PlannedText) => ({
  addresses: plan.addresses.map(formatIp),
  vrf: plan.vrf ?? null,
  asn: plan.asn,
  routerId: plan.routerId === undefined ? null : formatIp(plan.routerId),
  port: plan.port,
  peers: plan.peers,
  neighbours: plan.neighbours.map(neighbourToJson),
  filters: plan.filters.map(filterToJson),
  bfdProfiles: plan.bfdProfiles.map((profile) => ({
    ...profile,
    echoIntervalMs: profile.echoIntervalMs ?? null,
  })),
  paths: plan.paths,
  advertiseDefault: plan.advertiseDefault,
  vendor: vendor ?? null,
  configuration: vendor === undefined ? null : `${lines.join('\n')}\n`,
})

const neighbourToJson = (one: PlannedNeighbour) => ({
  node: one.node,
  peer: one.peer,
  address: one.address === undefined ? null : formatIp(one.address),
  routerAddress: one.routerAddress === undefined ? null : formatIp(one.routerAddress),
  interface: one.interface ?? null,
  asn: one.asn,
  internal: one.internal,
  families: one.families,
  password:
    one.password === undefined
      ? null
      : { placeholder: one.password.placeholder, value: one.password.value ?? null },
  hops: one.hops,
  timers: one.timers ?? null,
  bfd: one.bfd ?? null,
  gracefulRestart: one.gracefulRestart,
  filter: one.filter,
})

/** Numbers of prefixes may be beyond what a JSON number can hold exactly, so they are texts. */
const filterToJson = ({ name, entries, limits }: ImportFilter) => ({
  name,
  entries: entries.map(({ within, length, pools }) => ({ within: formatPrefix(within), length, pools })),
  limits: ([4, 6] as const).map((family) => ({
    family,
    admitted: String(limits[family].admitted),
    limit: limits[family].limit,
  })),
})
