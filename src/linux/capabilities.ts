// The rights of this process, checked before the work that needs them, so that a user hears what is missing and how to get it
// instead of EPERM.
import { readFileSync } from 'node:fs'
import type { Rights } from '../diagnose/ports/host.ts'
import { LbctlError } from '../errors/lbctl-error.ts'

/** linux/capability.h: the bit of each that lbctl ever asks for. */
const CAPABILITY_BITS = {
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_ADMIN: 21,
} as const

export type Capability = keyof typeof CAPABILITY_BITS

/** The effective set of `/proc/PID/status` as a bit mask; undefined when the text has no such line. */
export function decodeEffectiveCapabilities(status: string): bigint | undefined {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  return hex === undefined ? undefined : BigInt(`0x${hex}`)
}

/** @param status of `/proc/thread-self/status`; a text without capabilities has none */
export function rightsOf(status: string): Rights {
  const mask = decodeEffectiveCapabilities(status) ?? 0n
  return {
    has: (name) => {
      const bit = Object.hasOwn(CAPABILITY_BITS, name) ? CAPABILITY_BITS[name as Capability] : undefined
      return bit !== undefined && ((mask >> BigInt(bit)) & 1n) === 1n
    },
  }
}

/** Of this process. */
export const currentRights = (): Rights => rightsOf(readFileSync('/proc/self/status', 'utf8'))

export interface CapabilityNeed {
  readonly capabilities: readonly Capability[]
  /** continues "lbctl needs … to": `send and receive ARP frames` */
  readonly to: string
}

/**
 * Throws LbctlError('permission') that names what is missing and the ways to grant it.
 * @param nodePath the program that would get the capability by setcap
 */
export function requireCapabilities(
  { capabilities, to }: CapabilityNeed,
  rights: Rights = currentRights(),
  nodePath: string = process.execPath,
): void {
  const missing = capabilities.filter((name) => !rights.has(name))
  if (missing.length === 0) return
  const list = missing.join(' and ')
  const lower = missing.map((name) => name.toLowerCase()).join(',')
  const short = missing.map((name) => name.replace('CAP_', '')).join(', ')
  throw new LbctlError('permission', `This process lacks ${list}, which lbctl needs to ${to}.`, {
    facts: { missing: missing.join(', ') },
    hints: [
      'Run it with sudo.',
      `In a pod, add securityContext.capabilities.add: [${short}] to the container, and use hostNetwork: true to see the node's interfaces.`,
      `Or grant it to Node itself: sudo setcap ${lower}+ep ${nodePath}. Every script that this Node runs has it then, so use a copy of the program.`,
    ],
  })
}
