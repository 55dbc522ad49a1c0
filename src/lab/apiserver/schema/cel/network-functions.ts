// https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library and its CIDR sibling.
import { formatIp, type Ip, ip, parseIp } from '../../../../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixContains } from '../../../../net/prefix.ts'
import type { FunctionTable } from './function-table.ts'
import { text } from './string-functions.ts'
import { CelCidr, CelError, CelIp, type CelValue, noOverload } from './values.ts'

/** Kubernetes takes neither IPv4-mapped IPv6 addresses nor leading zeros here. */
const addressOf = (value: string): Ip | undefined => (/:.*\./.test(value) ? undefined : parseIp(value))

function cidrOf(value: string): CelCidr | undefined {
  const prefix = parsePrefix(value)
  const address = addressOf(value.slice(0, value.indexOf('/')))
  return prefix === undefined || address === undefined ? undefined : new CelCidr(prefix, address)
}

function toIp(value: CelValue | undefined): CelIp {
  if (value instanceof CelCidr) return new CelIp(value.address)
  const address = addressOf(text(value))
  if (address === undefined)
    throw new CelError(
      `IP Address "${text(value)}" parse error during conversion from string: invalid address`,
    )
  return new CelIp(address)
}

function toCidr(value: CelValue | undefined): CelCidr {
  const cidr = cidrOf(text(value))
  if (cidr === undefined)
    throw new CelError(`CIDR "${text(value)}" parse error during conversion from string: invalid CIDR`)
  return cidr
}

export const NETWORK_FUNCTIONS: FunctionTable = {
  isIP: ([value]) => addressOf(text(value)) !== undefined,
  ip: ([value]) => toIp(value),
  'ip.isCanonical': ([value]) => formatIp(toIp(value).address) === text(value),
  isCIDR: ([value]) => cidrOf(text(value)) !== undefined,
  cidr: ([value]) => toCidr(value),
}

function address(value: CelValue | undefined): Ip {
  if (!(value instanceof CelIp)) throw noOverload()
  return value.address
}

function cidr(value: CelValue | undefined): CelCidr {
  if (!(value instanceof CelCidr)) throw noOverload()
  return value
}

const within =
  (...prefixes: readonly string[]) =>
  ([value]: readonly CelValue[]): boolean =>
    prefixes.some((prefix) => prefixContains(toCidr(prefix).prefix, address(value)))

/** An operand that may be given as text or as the value. */
const asIp = (value: CelValue | undefined): Ip => (value instanceof CelIp ? value : toIp(value)).address
const asPrefix = (value: CelValue | undefined): Prefix =>
  (value instanceof CelCidr ? value : toCidr(value)).prefix

export const NETWORK_METHODS: FunctionTable = {
  family: ([value]) => BigInt(address(value).family),
  isUnspecified: within('0.0.0.0/32', '::/128'),
  isLoopback: within('127.0.0.0/8', '::1/128'),
  isLinkLocalMulticast: within('224.0.0.0/24', 'ff02::/16'),
  isLinkLocalUnicast: within('169.254.0.0/16', 'fe80::/10'),
  isGlobalUnicast: (args) =>
    !within('0.0.0.0/32', '::/128', '255.255.255.255/32', '127.0.0.0/8', '::1/128')(args) &&
    !within('224.0.0.0/4', 'ff00::/8', '169.254.0.0/16', 'fe80::/10')(args),
  containsIP: ([target, value]) => prefixContains(cidr(target).prefix, asIp(value)),
  containsCIDR: ([target, value]) => {
    const inner = asPrefix(value)
    const outer = cidr(target).prefix
    return inner.length >= outer.length && prefixContains(outer, ip(inner.family, inner.base))
  },
  ip: ([target]) => new CelIp(cidr(target).address),
  masked: ([target]) => {
    const { prefix } = cidr(target)
    return toCidr(formatPrefix(prefix))
  },
  prefixLength: ([target]) => BigInt(cidr(target).prefix.length),
}
