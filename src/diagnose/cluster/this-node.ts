// Which node of the cluster a machine is.
import type { KubeObject } from '../../config/kube-object.ts'
import { parseIp, sameIp } from '../../net/ip.ts'
import { listAt, textAt } from './object-fields.ts'

export interface Machine {
  /** of the host */
  readonly name: string
  /** of its interfaces, as text */
  readonly addresses: readonly string[]
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: string | undefined
}

/** Loopback and link-local addresses are on every machine. */
const OF_EVERY_MACHINE = /^(127\.|::1$|fe80:|169\.254\.)/i

/** By one of its addresses, else by its name. Two networks may use the same addresses: a boot of another machine is no match. */
export function thisNode(nodes: readonly KubeObject[], machine: Machine): string | undefined {
  const own = machine.addresses
    .filter((address) => !OF_EVERY_MACHINE.test(address))
    .flatMap((address) => parseIp(address) ?? [])
  const possible = nodes.filter((node) => isSameBoot(node, machine))
  const byAddress = possible.find((node) =>
    internalAddresses(node).some((address) => own.some((each) => sameIp(each, address))),
  )
  return (byAddress ?? possible.find(({ metadata }) => metadata.name === machine.name))?.metadata.name
}

function isSameBoot(node: KubeObject, { bootId }: Machine): boolean {
  const told = textAt(node, 'status', 'nodeInfo', 'bootID')
  return told === undefined || told === '' || bootId === undefined || told === bootId
}

const internalAddresses = (node: KubeObject) =>
  listAt(node, 'status', 'addresses').flatMap((entry) => {
    const type = textAt(entry, 'type')
    const address = parseIp(textAt(entry, 'address') ?? '')
    return address === undefined || (type !== 'InternalIP' && type !== 'ExternalIP') ? [] : [address]
  })
