// An OPEN in plain words.
import { formatIp } from '../../net/ip.ts'
import type { Capability } from '../bgp/capability.ts'
import { CAPABILITIES, capabilityName } from '../bgp/capability-table.ts'
import { familyName } from '../bgp/families.ts'
import { checkOpen, type OpenMessage, openAsn } from '../bgp/open.ts'
import { printable } from '../bgp/printable.ts'
import { formatDecodeError } from '../decode-error.ts'

/** `OPEN AS 64512, hold time 90 s, router ID 192.0.2.1, IPv4 unicast, route refresh` */
export function describeOpen(open: OpenMessage): string {
  const hold = open.holdTimeSeconds === 0 ? 'no hold time' : `hold time ${open.holdTimeSeconds} s`
  const who = `OPEN AS ${openAsn(open)}, ${hold}, router ID ${formatIp(open.routerId)}`
  const parameters = open.otherParameters.map(({ type }) => `optional parameter ${type}`)
  const offers = [...open.capabilities.map(describeCapability), ...parameters]
  const errors = checkOpen(open).map((error) => `; to be refused: ${formatDecodeError(error)}`)
  return `${[who, ...offers].join(', ')}${errors.join('')}`
}

/** `graceful restart 120 s for IPv4 unicast` */
export function describeCapability(capability: Capability): string {
  if (capability.kind === 'unknown') return capabilityName(capability.code)
  const { name } = CAPABILITIES[capability.kind]
  switch (capability.kind) {
    case 'multiprotocol':
      return familyName(capability.family)
    case 'extended-next-hop': {
      const pairs = capability.entries.map(
        ({ family, nextHopAfi }) => `${familyName(family)} over ${familyName({ afi: nextHopAfi, safi: 1 })}`,
      )
      return `${name}${of(pairs)}`
    }
    case 'role':
      return `role ${capability.role.replaceAll('-', ' ')}`
    case 'graceful-restart': {
      const { restarting, notification, restartSeconds, families } = capability
      const flags = `${restarting ? ', restarting' : ''}${notification ? ', for notifications too' : ''}`
      return `${name} ${restartSeconds} s${flags}${of(families.map(({ family }) => familyName(family)))}`
    }
    case 'add-path':
      return `${name}${of(capability.families.map(({ family, mode }) => `${familyName(family)} ${mode}`))}`
    case 'long-lived-graceful-restart': {
      const times = capability.families.map(
        ({ family, staleSeconds }) => `${familyName(family)} ${staleSeconds} s`,
      )
      return `${name}${of(times)}`
    }
    case 'fqdn': {
      const { hostName, domainName } = capability
      return `${name} ${printable([hostName, domainName].filter((part) => part !== '').join('.'))}`
    }
    case 'four-octet-as':
    case 'route-refresh':
    case 'enhanced-route-refresh':
    case 'extended-message':
      return name
  }
}

const of = (items: readonly string[]): string => (items.length === 0 ? '' : ` (${items.join('; ')})`)
