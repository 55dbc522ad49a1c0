// The table of capabilities: one entry for each that we understand. A capability is code, length and value; the entries
// show the value.
// Standards: RFC 5492 (the frame); RFC 4760 §8; RFC 2918 §2; RFC 8950 §4; RFC 8654 §3; RFC 9234 §4.1; RFC 4724 §3 and RFC
// 8538 §2; RFC 6793 §3; RFC 7911 §4; RFC 7313 §3.1; RFC 9494 §3; draft-walton-bgp-hostname-capability.
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import { type Capability, type KnownCapability, ROLES } from './capability.ts'
import { readFamily, writeFamily } from './families.ts'

interface CapabilityEntry<C extends KnownCapability> {
  readonly code: number
  /** in plain words */
  readonly name: string
  /** Throws where the value breaks the rules. */
  decode(r: Reader): C
  encode(w: Writer, capability: C): void
}

type CapabilityTable = {
  readonly [K in KnownCapability['kind']]: CapabilityEntry<Extract<KnownCapability, { kind: K }>>
}

/** An entry for a capability that says everything by being there. */
const bare = <K extends 'route-refresh' | 'enhanced-route-refresh' | 'extended-message'>(
  code: number,
  name: string,
  kind: K,
) => ({ code, name, decode: () => ({ kind }), encode: () => {} })

const ADD_PATH_MODES = ['receive', 'send', 'both'] as const

export const CAPABILITIES: CapabilityTable = {
  //   | AFI (2) | reserved (1) | SAFI (1) |
  multiprotocol: {
    code: 1,
    name: 'multiprotocol',
    decode: (r) => {
      const afi = r.u16()
      r.skip(1)
      return { kind: 'multiprotocol', family: { afi, safi: r.u8() } }
    },
    encode: (w, { family }) => {
      w.u16(family.afi).u8(0).u8(family.safi)
    },
  },
  'route-refresh': bare(2, 'route refresh', 'route-refresh'),
  //   | AFI (2) | SAFI (2) | next hop AFI (2) | …
  'extended-next-hop': {
    code: 5,
    name: 'extended next hop',
    decode: (r) => ({
      kind: 'extended-next-hop',
      entries: r.many(() => ({ family: { afi: r.u16(), safi: r.u16() }, nextHopAfi: r.u16() })),
    }),
    encode: (w, { entries }) => {
      for (const { family, nextHopAfi } of entries) w.u16(family.afi).u16(family.safi).u16(nextHopAfi)
    },
  },
  'extended-message': bare(6, 'extended messages', 'extended-message'),
  //   | role (1) |
  role: {
    code: 9,
    name: 'role',
    decode: (r) => {
      const role = ROLES[r.u8()]
      if (role === undefined) throw r.reject('unknown-role', 'RFC 9234 §4.1')
      return { kind: 'role', role }
    },
    encode: (w, { role }) => {
      w.u8(ROLES.indexOf(role))
    },
  },
  //   |R N 0 0| restart time (12 bits) | AFI (2) | SAFI (1) |F 0 0 0 0 0 0 0| …
  'graceful-restart': {
    code: 64,
    name: 'graceful restart',
    decode: (r) => {
      const [restarting, notification, , restartSeconds] = r.bits(1, 1, 2, 12)
      const families = r.many(() => ({ family: readFamily(r), forwarding: r.u8() >= 0x80 }))
      const flags = { restarting: restarting === 1, notification: notification === 1 }
      return { kind: 'graceful-restart', ...flags, restartSeconds, families }
    },
    encode: (w, { restarting, notification, restartSeconds, families }) => {
      w.bits([restarting, 1], [notification, 1], [0, 2], [restartSeconds, 12])
      for (const { family, forwarding } of families) writeFamily(w, family).u8(forwarding ? 0x80 : 0)
    },
  },
  //   | AS number (4) |
  'four-octet-as': {
    code: 65,
    name: '4-byte AS numbers',
    decode: (r) => ({ kind: 'four-octet-as', asn: r.u32() }),
    encode: (w, { asn }) => {
      w.u32(asn)
    },
  },
  //   | AFI (2) | SAFI (1) | 1 receive, 2 send, 3 both (1) | …
  'add-path': {
    code: 69,
    name: 'add-path',
    decode: (r) => ({
      kind: 'add-path',
      families: r.many(() => {
        const family = readFamily(r)
        const mode = ADD_PATH_MODES[r.u8() - 1]
        // RFC 7911 §4: with any other value the capability is not understood and is ignored.
        if (mode === undefined) throw r.reject('unknown-add-path-mode', 'RFC 7911 §4')
        return { family, mode }
      }),
    }),
    encode: (w, { families }) => {
      for (const { family, mode } of families) writeFamily(w, family).u8(ADD_PATH_MODES.indexOf(mode) + 1)
    },
  },
  'enhanced-route-refresh': bare(70, 'enhanced route refresh', 'enhanced-route-refresh'),
  //   | AFI (2) | SAFI (1) |F 0 0 0 0 0 0 0| stale time (3) | …
  'long-lived-graceful-restart': {
    code: 71,
    name: 'long-lived graceful restart',
    decode: (r) => ({
      kind: 'long-lived-graceful-restart',
      families: r.many(() => ({
        family: readFamily(r),
        forwarding: r.u8() >= 0x80,
        staleSeconds: r.u24(),
      })),
    }),
    encode: (w, { families }) => {
      for (const { family, forwarding, staleSeconds } of families)
        writeFamily(w, family)
          .u8(forwarding ? 0x80 : 0)
          .u24(staleSeconds)
    },
  },
  //   | length (1) | host name | length (1) | domain name |
  fqdn: {
    code: 73,
    name: 'host name',
    decode: (r) => ({ kind: 'fqdn', hostName: readText(r), domainName: readText(r) }),
    encode: (w, { hostName, domainName }) => {
      for (const text of [hostName, domainName].map(encodeUtf8)) w.u8(text.length).bytes(text)
    },
  },
}

function readText(r: Reader): string {
  const bytes = r.bytes(r.u8())
  const text = decodeUtf8(bytes)
  // Replacing what is not UTF-8 would lengthen it past the length byte; such a name is kept as bytes.
  if (text.includes('\ufffd')) throw r.reject('not-utf-8', 'draft-walton-bgp-hostname-capability')
  return text
}

const ENTRIES = Object.values(CAPABILITIES) as readonly CapabilityEntry<KnownCapability>[]
const BY_CODE: ReadonlyMap<number, CapabilityEntry<KnownCapability>> = new Map(
  ENTRIES.map((entry) => [entry.code, entry]),
)

/** The names of capabilities that we do not decode. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  3: 'outbound route filtering',
  7: 'BGPsec',
  8: 'multiple labels',
  67: 'dynamic capability',
  68: 'multisession',
  75: 'software version',
  128: 'route refresh (old code)',
}

/** Reads the list that an optional parameter of type 2 holds (RFC 5492 §4): | code (1) | length (1) | value |. */
export const readCapabilities = (r: Reader): Capability[] => r.many(readCapability)

function readCapability(r: Reader): Capability {
  const code = r.u8()
  const bytes = r.bytes(r.u8())
  const entry = BY_CODE.get(code)
  if (entry === undefined) return { kind: 'unknown', code, bytes }
  const decoded = decoding('bgp', 'RFC 5492 §4', bytes, (value) => {
    const capability = entry.decode(value)
    value.finish()
    return capability
  })
  // RFC 5492 §3: what is not understood is ignored. A known capability with a value that makes no sense is treated so too.
  return decoded.ok ? decoded.value : { kind: 'unknown', code, bytes }
}

export function writeCapability(w: Writer, capability: Capability): void {
  const value = new Writer()
  if (capability.kind === 'unknown') value.bytes(capability.bytes)
  else (CAPABILITIES[capability.kind] as CapabilityEntry<KnownCapability>).encode(value, capability)
  const code = capability.kind === 'unknown' ? capability.code : CAPABILITIES[capability.kind].code
  w.u8(code).u8(value.length).bytes(value.finish())
}

/** `graceful restart`; `capability 99` where there is no name. */
export const capabilityName = (code: number): string =>
  BY_CODE.get(code)?.name ?? OTHER_NAMES[code] ?? `capability ${code}`
