// What layer 2 does now, for the status, the metrics and whoever asks why.
import { formatIp, type Ip } from '../net/ip.ts'
import type { Conflict } from './conflicts.ts'
import type { Layer2Machine } from './machine.ts'
import type { AnswerCount } from './ports.ts'
import type { Unsuitable } from './suitability.ts'

export interface AnnouncerStatus {
  /** false: the responder's thread is dead, and nothing is answered until it runs again */
  readonly answering: boolean
  readonly interfaces: readonly InterfaceStatus[]
  readonly addresses: readonly AddressStatus[]
  readonly conflicts: readonly Conflict[]
}

export interface InterfaceStatus {
  readonly name: string
  /** why nothing is answered there; undefined: it could be, or is */
  readonly unsuitable: Unsuitable | undefined
  /** code of the error that keeps it from answering: `EPERM`, `ENODEV` */
  readonly error: string | undefined
  readonly addresses: number
}

/** One address on one interface. Counts are since the address was taken over there. */
export interface AddressStatus {
  readonly address: Ip
  readonly interfaceName: string
  readonly requests: number
  readonly answers: number
  /** neighbours told by unicast without having asked again */
  readonly refreshes: number
  /** frames sent for the address on all interfaces */
  readonly gratuitous: number
}

/** @param counts undefined where the responder does not answer */
export function announcerStatus(
  machine: Layer2Machine,
  counts: readonly AnswerCount[] | undefined,
  nowMs: number,
): AnnouncerStatus {
  const counted = new Map(
    (counts ?? []).map((each) => [`${each.interfaceName} ${formatIp(each.address)}`, each]),
  )
  return {
    answering: counts !== undefined,
    interfaces: [...machine.interfaceNames].sort().map((name) => ({
      name,
      unsuitable: machine.unsuitable.get(name),
      error: machine.failing.get(name),
      addresses: machine.owned.get(name)?.size ?? 0,
    })),
    addresses: [...machine.owned].flatMap(([interfaceName, own]) =>
      [...own].map(([text, address]) => {
        const { requests = 0, answers = 0, refreshes = 0 } = counted.get(`${interfaceName} ${text}`) ?? {}
        return {
          address,
          interfaceName,
          requests,
          answers,
          refreshes,
          gratuitous: machine.gratuitous.get(text) ?? 0,
        }
      }),
    ),
    conflicts: machine.conflicts(nowMs),
  }
}
