// What the controller wants done. Data: whoever performs it decides how.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ServiceKey } from '../../ipam/request.ts'
import type { Ip } from '../../net/ip.ts'
import type { WantedStatus } from '../facts/facts.ts'

export type EventReason =
  | 'IPAllocated'
  | 'AllocationFailed'
  | 'ClearAssignment'
  | 'LoadBalancerFailed'
  | 'AdditionalAssignFailed'
  | 'not enough clusterips'
  | 'nolbIPsIPFamily'
  | 'noclusterIPsIPFamily'
  | 'deprecatedAnnotation'
  /** not MetalLB's: an address was passed over because somebody else has it on the link */
  | 'AddressInUse'
  /** not MetalLB's: nobody could be asked whether somebody has it */
  | 'AddressNotProbed'

/** MetalLB's events on a Service, with its words. */
export interface ControllerEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: EventReason
  readonly service: ServiceKey
  readonly message: string
}

export interface StatusWrite {
  readonly service: ServiceKey
  readonly namespace: string
  readonly name: string
  readonly status: WantedStatus
  /** The write is for the Service as it was at this version, and must fail on any other. Undefined: not known. */
  readonly basedOn: string | undefined
}

export interface PoolCounters {
  readonly assignedIPv4: number
  readonly assignedIPv6: number
  readonly availableIPv4: bigint
  readonly availableIPv6: bigint
}

export type Effect =
  /** the pools that count from here on, or why those from before go on counting */
  | { readonly kind: 'configuration'; readonly ok: true }
  | { readonly kind: 'configuration'; readonly ok: false; readonly problems: readonly Diagnostic[] }
  /** `ControllerState.pendingWrite` says what is to be written at the time of writing */
  | { readonly kind: 'service-status'; readonly service: ServiceKey }
  | { readonly kind: 'event'; readonly event: ControllerEvent }
  /** IPAddressPool.status */
  | { readonly kind: 'pool-status'; readonly pool: string; readonly counters: PoolCounters }
  /** Ask on the link whether somebody has the addresses; the answer is the fact `probed`. */
  | {
      readonly kind: 'probe'
      readonly token: number
      readonly service: ServiceKey
      readonly addresses: readonly Ip[]
    }
