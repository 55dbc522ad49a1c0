// The numbers of the controller in the words of Prometheus: MetalLB's names first (metallb.md §7.4), so that dashboards and alerts go on
// working, then our own.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ControllerNumbers, PoolNumbers } from '../../controller/report/numbers.ts'
import type { MetricsPage } from '../speaker/metrics.ts'

export interface ControllerMetrics {
  /** undefined: another controller leads, and this one does not count */
  readonly allocation: ControllerNumbers | undefined
  readonly configuration: {
    readonly loaded: boolean
    readonly stale: boolean
    readonly updates: number
    readonly errors: number
  }
  readonly leading: boolean
  readonly writes: { readonly written: number; readonly failed: number; readonly queued: number }
}

const POOLS: readonly (readonly [name: string, help: string, value: (pool: PoolNumbers) => number])[] = [
  ['addresses_total', 'addresses of the pool', ({ total }) => total],
  ['addresses_in_use_total', 'addresses of the pool that are in use', ({ inUse }) => inUse],
  ['ipv4_addresses_total', 'IPv4 addresses of the pool', ({ ipv4Total }) => ipv4Total],
  ['ipv4_addresses_in_use_total', 'IPv4 addresses of the pool in use', ({ ipv4InUse }) => ipv4InUse],
  ['ipv6_addresses_total', 'IPv6 addresses of the pool', ({ ipv6Total }) => ipv6Total],
  ['ipv6_addresses_in_use_total', 'IPv6 addresses of the pool in use', ({ ipv6InUse }) => ipv6InUse],
]

const GAUGES: readonly (readonly [name: string, help: string, value: (m: ControllerMetrics) => number])[] = [
  [
    'metallb_k8s_client_config_loaded_bool',
    '1 if a valid configuration was loaded at least once',
    ({ configuration }) => Number(configuration.loaded),
  ],
  [
    'metallb_k8s_client_config_stale_bool',
    '1 if the newest configuration is invalid and an older one is in force',
    ({ configuration }) => Number(configuration.stale),
  ],
  ['lbctl_controller_leading', '1 if this controller leads', ({ leading }) => Number(leading)],
  [
    'lbctl_controller_services_waiting',
    'Services that would like more addresses than they have',
    ({ allocation }) => allocation?.waiting ?? 0,
  ],
  ['lbctl_controller_writes_queued', 'writes that are still to be made', ({ writes }) => writes.queued],
]

const COUNTERS: readonly (readonly [name: string, help: string, value: (m: ControllerMetrics) => number])[] =
  [
    [
      'metallb_k8s_client_updates_total',
      'changes of configuration and Services that were processed',
      ({ configuration }) => configuration.updates,
    ],
    [
      'metallb_k8s_client_update_errors_total',
      'changes that were refused',
      ({ configuration }) => configuration.errors,
    ],
    ['lbctl_controller_writes_total', 'writes to the cluster that were made', ({ writes }) => writes.written],
    [
      'lbctl_controller_write_errors_total',
      'writes to the cluster that failed',
      ({ writes }) => writes.failed,
    ],
  ]

/** @param read the numbers of this moment; called once for each page */
export function controllerMetricsPage(read: () => ControllerMetrics): MetricsPage {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const pools = POOLS.map(([name, help, value]) => {
    const gauge = new Gauge({ name: `metallb_allocator_${name}`, help, labelNames: ['pool'], registers })
    return { gauge, value }
  })
  const gauges = GAUGES.map(([name, help, value]) => ({ gauge: new Gauge({ name, help, registers }), value }))
  const counters = COUNTERS.map(([name, help, value]) => ({
    counter: new Counter({ name, help, registers }),
    value,
  }))
  return {
    contentType: registry.contentType,
    render: () => {
      const numbers = read()
      for (const { gauge, value } of pools) {
        gauge.reset()
        for (const pool of numbers.allocation?.pools ?? []) gauge.set({ pool: pool.pool }, value(pool))
      }
      for (const { gauge, value } of gauges) gauge.set(value(numbers))
      for (const { counter, value } of counters) {
        counter.reset()
        counter.inc(value(numbers))
      }
      return registry.metrics()
    },
  }
}
