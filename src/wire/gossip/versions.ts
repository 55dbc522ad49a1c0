// Which versions of the protocol a member can speak, and whether all members can speak with each other.
import type { Reader } from '../reader.ts'
import type { GoField } from './go-struct.ts'
import { readRaw, writeRawOrNil } from './msgpack.ts'
import { MEMBERLIST, type MemberState } from './protocol.ts'

/**
 * On the wire six bytes: protocol minimum, maximum, current, then the same for the payload of the application ("delegate").
 */
export interface Versions {
  readonly protocolMin: number
  readonly protocolMax: number
  readonly protocol: number
  readonly delegateMin: number
  readonly delegateMax: number
  readonly delegate: number
}

/** What we speak: everything from 1 to 5, and 2 by default, as MetalLB does; the application has no payload. */
export const OUR_VERSIONS: Versions = {
  ...{ protocolMin: 1, protocolMax: 5, protocol: 2 },
  ...{ delegateMin: 0, delegateMax: 0, delegate: 0 },
}

/** Version 3: answers a ping over TCP. */
export const UNDERSTANDS_TCP_PING = 3
/** Version 4: says so when an indirect ping was not answered. */
export const UNDERSTANDS_NACK = 4
/** Version 5: understands packets with a checksum. */
export const UNDERSTANDS_CRC = 5

export const versions: GoField<Versions | undefined> = {
  zero: undefined,
  read: readVersions,
  write: (w, value) => writeRawOrNil(w, value === undefined ? new Uint8Array(0) : versionBytes(value)),
}

/** Bytes behind the sixth are left out. Fewer than six make memberlist crash, so they are refused. */
function readVersions(r: Reader): Versions | undefined {
  const at = r.at
  const raw = readRaw(r)
  if (raw.length === 0) return undefined
  const [protocolMin, protocolMax, protocol, delegateMin, delegateMax, delegate] = raw
  if (
    protocolMin === undefined ||
    protocolMax === undefined ||
    protocol === undefined ||
    delegateMin === undefined ||
    delegateMax === undefined ||
    delegate === undefined
  )
    throw r.reject('too-few-versions', MEMBERLIST, { at, need: 6, have: raw.length })
  return { protocolMin, protocolMax, protocol, delegateMin, delegateMax, delegate }
}

const versionBytes = (v: Versions): Uint8Array =>
  Uint8Array.of(v.protocolMin, v.protocolMax, v.protocol, v.delegateMin, v.delegateMax, v.delegate)

export const sameVersions = (a: Versions | undefined, b: Versions | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.protocolMin === b.protocolMin &&
    a.protocolMax === b.protocolMax &&
    a.protocol === b.protocol &&
    a.delegateMin === b.delegateMin &&
    a.delegateMax === b.delegateMax &&
    a.delegate === b.delegate)

export interface VersionedMember {
  readonly name: string
  readonly state: MemberState
  readonly versions: Versions | undefined
}

/** Whose version is outside what all alive members understand. */
export interface VersionConflict {
  readonly name: string
  readonly of: 'protocol' | 'delegate'
  readonly speaks: number
  readonly understoodMin: number
  readonly understoodMax: number
}

/**
 * The first member, remote ones first, that somebody among the alive ones could not understand; undefined when all can
 * speak with each other. A member without versions speaks 0 and restricts nobody.
 */
export function versionConflict(
  remote: readonly VersionedMember[],
  local: readonly VersionedMember[],
): VersionConflict | undefined {
  const range = { protocolMin: 0, protocolMax: 255, delegateMin: 0, delegateMax: 255 }
  for (const members of [remote, local])
    for (const { state, versions: v } of members) {
      if (state !== 'alive' || v === undefined) continue
      range.protocolMin = Math.max(range.protocolMin, v.protocolMin)
      range.protocolMax = Math.min(range.protocolMax, v.protocolMax)
      range.delegateMin = Math.max(range.delegateMin, v.delegateMin)
      range.delegateMax = Math.min(range.delegateMax, v.delegateMax)
    }
  for (const members of [remote, local])
    for (const { name, versions: v } of members) {
      const protocol = v?.protocol ?? 0
      const delegate = v?.delegate ?? 0
      if (protocol < range.protocolMin || protocol > range.protocolMax)
        return conflict(name, 'protocol', protocol, range.protocolMin, range.protocolMax)
      if (delegate < range.delegateMin || delegate > range.delegateMax)
        return conflict(name, 'delegate', delegate, range.delegateMin, range.delegateMax)
    }
  return undefined
}

const conflict = (
  name: string,
  of: VersionConflict['of'],
  speaks: number,
  understoodMin: number,
  understoodMax: number,
): VersionConflict => ({ name, of, speaks, understoodMin, understoodMax })
