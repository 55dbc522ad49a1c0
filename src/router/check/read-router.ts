// Which configuration this is, and its reader.
import type { Source } from '../../config/source/source.ts'
import type { ObservedRouter } from './observed.ts'
import { readBird } from './read/bird.ts'
import { readCisco } from './read/cisco.ts'
import { readJunos } from './read/junos.ts'
import { readRouteros } from './read/routeros.ts'
import { readVyos } from './read/vyos.ts'

const READERS = {
  frr: (source) => readCisco(source, 'frr'),
  bird: readBird,
  mikrotik6: (source) => readRouteros(source, 6),
  mikrotik7: (source) => readRouteros(source, 7),
  'cisco-ios': (source) => readCisco(source, 'cisco-ios'),
  junos: readJunos,
  arista: (source) => readCisco(source, 'arista'),
  vyos: readVyos,
} as const satisfies Record<string, (source: Source) => ObservedRouter>

export type CheckedVendor = keyof typeof READERS
export const CHECKED_VENDORS = Object.keys(READERS) as readonly CheckedVendor[]

/** Never throws, whatever the text is. */
export const readRouter = (source: Source, vendor: CheckedVendor): ObservedRouter => READERS[vendor](source)

/** Signs that only one vendor's texts have, the surest first. */
const SIGNS: readonly (readonly [CheckedVendor, RegExp])[] = [
  ['bird', /^\s*(protocol|template)\s+bgp\b/m],
  ['mikrotik7', /^\s*\/routing[/ ]bgp[/ ](connection|template)\b|^\s*\/routing[/ ]filter[/ ]rule\b/m],
  ['mikrotik6', /^\s*\/routing[/ ]bgp[/ ](peer|instance)\b|^\s*\/routing[/ ]filter\s*$/m],
  ['vyos', /^\s*set protocols bgp (system-as|neighbor|peer-group|parameters|address-family|\d)/m],
  ['vyos', /^\s*(system-as \S+|config-management \{|address-family \{)\s*$/m],
  [
    'junos',
    /^\s*set protocols bgp group\b|^\s*(policy-options|routing-options) \{|^\s*policy-statement \S+ \{/m,
  ],
  [
    'arista',
    /^\s*neighbor \S+ (maximum-routes|peer group|ttl maximum-hops)\b|^\s*maximum-paths \d+ ecmp\b|^! device: .*EOS/m,
  ],
  [
    'frr',
    /^\s*frr (version|defaults)\b|^\s*(no )?bgp ebgp-requires-policy\b|^ ?address-family ipv4 unicast\s*$/m,
  ],
  ['frr', /^\s*neighbor \S+ (graceful-restart-helper|passive)\s*$|\bbfd profile\b/m],
  [
    'cisco-ios',
    /\btransport connection-mode\b|\bfall-over bfd\b|^\s*address-family ipv4\s*$|^\s*bgp log-neighbor-changes/m,
  ],
  ['frr', /^\s*router bgp\b/m],
]

/** NX-OS has the words of IOS in another order, which none of the readers knows. */
const NOT_READ = /^feature bgp\b/m

/** Undefined when the text has none of the signs, or those of a system whose texts are not read. */
export const detectVendor = (text: string): CheckedVendor | undefined =>
  NOT_READ.test(text) ? undefined : SIGNS.find(([, sign]) => sign.test(text))?.[0]
