// BGPPeer and BFDProfile objects as MetalLB's converter makes them.
import { formatDuration, parseDuration, SECOND_NS } from '../../net/duration.ts'
import { labelSelectors } from '../convert/selectors.ts'
import { type Field, report } from '../legacy/readers.ts'
import type { LegacyBfdProfile, LegacyPeer } from '../legacy/shape.ts'
import { originOf, type Planned } from '../planned.ts'
import { type Conversion, nonZero } from './conversion.ts'

export function bgpPeer(conversion: Conversion, peer: Field<LegacyPeer>, index: number): Planned {
  const { value } = peer
  const origins = new Map([['', originOf(peer)]])
  const keys = {
    myASN: 'my-asn',
    peerASN: 'peer-asn',
    peerAddress: 'peer-address',
    peerPort: 'peer-port',
    sourceAddress: 'source-address',
    routerID: 'router-id',
    holdTime: 'hold-time',
    keepaliveTime: 'keepalive-time',
    bfdProfile: 'bfd-profile',
  } as const
  for (const [field, key] of Object.entries(keys)) {
    const source = value[key]
    if (source !== undefined) origins.set(`spec.${field}`, originOf(source))
  }
  const selectors = value['node-selectors']
  const keepalive = value['keepalive-time']
  const profile = value['bfd-profile']
  const spec = {
    myASN: value['my-asn']?.value ?? 0,
    ...nonZero('peerASN', value['peer-asn']?.value),
    ...nonZero('peerAddress', value['peer-address']?.value),
    ...nonZero('sourceAddress', value['source-address']?.value),
    ...nonZero('peerPort', value['peer-port']?.value),
    holdTime: seconds(conversion, value['hold-time'], 90n * SECOND_NS, 'hold'),
    ...(keepalive === undefined || keepalive.value === ''
      ? {}
      : { keepaliveTime: seconds(conversion, keepalive, 0n, 'keepalive') }),
    ...nonZero('routerID', value['router-id']?.value),
    ...(selectors && selectors.value.length > 0
      ? { nodeSelectors: labelSelectors(selectors, 'spec.nodeSelectors', origins) }
      : {}),
    ...nonZero('password', value.password?.value),
    passwordSecret: {},
    ...(profile === undefined || profile.value === ''
      ? {}
      : { bfdProfile: conversion.name('BFDProfile', profile) }),
    ...nonZero('ebgpMultiHop', value['ebgp-multihop']?.value),
  }
  return conversion.planned('BGPPeer', `peer${index + 1}`, spec, origins)
}

/** Whole seconds in Go's form; a hold time is always printed, 90 s where none is set. */
function seconds(
  conversion: Conversion,
  field: Field<string> | undefined,
  byDefault: bigint,
  what: string,
): string {
  if (field === undefined || field.value === '') return formatDuration(byDefault)
  const parsed = parseDuration(field.value)
  if (!parsed.ok)
    report(
      conversion,
      'M017',
      'error',
      field.node,
      `"${field.value}" is no ${what} time: ${parsed.error}.`,
      'Write a number and a unit, such as 90s.',
    )
  const rounded = parsed.ok ? (parsed.value / SECOND_NS) * SECOND_NS : byDefault
  if (what === 'hold' && rounded !== 0n && rounded < 3n * SECOND_NS)
    report(
      conversion,
      'M017',
      'error',
      field.node,
      `The hold time ${field.value} is too short: it must be 0 or at least 3 seconds.`,
    )
  return formatDuration(rounded)
}

export function bfdProfile(conversion: Conversion, profile: Field<LegacyBfdProfile>): Planned {
  const { value } = profile
  const number = (
    field: string,
    key: 'receive-interval' | 'transmit-interval' | 'detect-multiplier' | 'echo-interval' | 'minimum-ttl',
  ) => (value[key] === undefined ? {} : { [field]: value[key].value })
  const spec = {
    ...number('receiveInterval', 'receive-interval'),
    ...number('transmitInterval', 'transmit-interval'),
    ...number('detectMultiplier', 'detect-multiplier'),
    ...number('echoInterval', 'echo-interval'),
    echoMode: value['echo-mode']?.value ?? false,
    passiveMode: value['passive-mode']?.value ?? false,
    ...number('minimumTtl', 'minimum-ttl'),
  }
  return conversion.planned(
    'BFDProfile',
    value.name === undefined ? '' : conversion.name('BFDProfile', value.name),
    spec,
    new Map([['', originOf(profile)]]),
  )
}
