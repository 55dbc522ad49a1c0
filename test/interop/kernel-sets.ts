// Makes sets of the kernel (ipset) in a namespace, over nfnetlink: the program ipset need not be there.
import { addressRange } from '../../src/diagnose/path/read/address-ranges.ts'
import type { ListedSet } from '../../src/diagnose/ports/tables.ts'
import { loadLibc } from '../../src/linux/libc.ts'
import { encodeAttribute } from '../../src/linux/netlink/message.ts'
import { NETLINK, withNetlink } from '../../src/linux/netlink/netlink-socket.ts'
import { ip, ipBits, ipBytes } from '../../src/net/ip.ts'
import type { NetLab } from '../support/namespaces.ts'

const COMMAND = { create: (6 << 8) | 2, add: (6 << 8) | 9 } as const
const NESTED = 0x8000
const NETWORK_ORDER = 0x4000
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17 }

/** @throws SystemCallError where the kernel takes one of them not */
export async function makeSets(lab: NetLab, namespace: string, sets: readonly ListedSet[]): Promise<void> {
  const libc = await loadLibc()
  await lab.inside(namespace, () =>
    withNetlink(libc, NETLINK.netfilter, (socket) => {
      const ask = (command: number, ...attributes: readonly Uint8Array[]): void =>
        void socket.get(
          command,
          Buffer.concat([Buffer.alloc(4), encodeAttribute(1, Uint8Array.of(6)), ...attributes]),
          () => undefined,
        )
      for (const { name, type, entries } of sets) {
        const isMap = type === 'bitmap:port'
        ask(
          COMMAND.create,
          text(2, name),
          text(3, type),
          encodeAttribute(4, Uint8Array.of(0)),
          encodeAttribute(5, Uint8Array.of(isMap ? 0 : entries.some((each) => each.includes('::')) ? 10 : 2)),
          nested(7, ...(isMap ? [number16(4, 0), number16(5, 65_535)] : [])),
        )
        for (const entry of entries) ask(COMMAND.add, text(2, name), nested(7, ...partsOf(entry, type)))
      }
    }),
  )
}

const text = (type: number, value: string): Uint8Array => encodeAttribute(type, Buffer.from(`${value}\0`))
const nested = (type: number, ...inner: readonly Uint8Array[]): Uint8Array =>
  encodeAttribute(type | NESTED, Buffer.concat(inner))
const number16 = (type: number, value: number): Uint8Array =>
  encodeAttribute(type | NETWORK_ORDER, Uint8Array.of(value >> 8, value & 255))

function partsOf(entry: string, type: string): Uint8Array[] {
  const kinds = type.slice(type.indexOf(':') + 1).split(',')
  let seen = 0
  return entry.split(',').flatMap((word, index) => {
    if (kinds[index] === 'port') {
      const [protocol, port = protocol] = word.split(':')
      const of = PROTOCOLS[protocol ?? '']
      return [number16(4, Number(port)), ...(of === undefined ? [] : [encodeAttribute(7, Uint8Array.of(of))])]
    }
    const isFirst = seen++ === 0
    return addressOf(word, isFirst ? 1 : 20, isFirst ? 3 : 21)
  })
}

function addressOf(word: string, type: number, lengthType: number): Uint8Array[] {
  const range = addressRange(word)
  if (range === undefined) throw new Error(`${word} is no address`)
  const bytes = ipBytes(ip(range.family, range.first))
  const address = nested(type, encodeAttribute((range.family === 4 ? 1 : 2) | NETWORK_ORDER, bytes))
  const length = ipBits(range.family) - (range.last - range.first + 1n).toString(2).length + 1
  return word.includes('/') ? [address, encodeAttribute(lengthType, Uint8Array.of(length))] : [address]
}
