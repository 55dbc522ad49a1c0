// A program of its own for tests of what changes a whole process: prints what it sees in a namespace, or as a user without
// rights, as JSON.
import { readdirSync } from 'node:fs'
import { LbctlError } from '../../src/errors/lbctl-error.ts'
import { loadLibc } from '../../src/linux/libc.ts'
import { enterNetns } from '../../src/linux/namespaces.ts'
import { networkTables } from '../../src/linux/netlink/network-tables.ts'
import { networkProbes } from '../../src/linux/network-probes.ts'
import { linuxResponder } from '../../src/linux/responder/responder.ts'
import { parseIp } from '../../src/net/ip.ts'

const [where = ''] = process.argv.slice(2)
const libc = await loadLibc()
const tables = networkTables(libc)

const failure = (error: unknown) => {
  if (!(error instanceof LbctlError)) throw error
  return { kind: error.kind, message: error.message }
}

async function look(): Promise<unknown> {
  const entered = enterNetns(libc, where)
  const links = await tables.links()
  return { links: links.map((link) => link.name), sysfs: entered.sysfs ? readdirSync('/sys/class/net') : [] }
}

async function withoutRights(): Promise<unknown> {
  const probes = networkProbes(libc)
  const refused = await probes
    .openFrames({ interfaceName: 'lo', selection: { arp: true }, onFrame: () => undefined })
    .then(() => undefined, failure)
  const nothing = () => undefined
  const responder = await linuxResponder()
    .start({ onForeignClaim: nothing, onInterfaceError: nothing, onDeath: nothing })
    .then(nothing, failure)
  const neighbours = Array.isArray(await tables.neighbours())
  const destination = parseIp('127.0.0.1')
  if (destination === undefined) throw new Error('unreachable')
  const reached = await probes.reachUdp({ destination, port: 9, timeoutMs: 1000 })
  return { ...refused, responder, neighbours, reach: reached.result }
}

console.log(JSON.stringify(await (where === 'frames' ? withoutRights() : look().catch(failure))))
