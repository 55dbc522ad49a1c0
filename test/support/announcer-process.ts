// A program for the tests: layer 2 in whatever namespace it is started in. Commands come as lines of JSON on standard input, reports and
// answers go out as lines of JSON.
//   {"id": 1, "set": [{"address": "192.0.2.1", "interfaces": "all"}]}   {"id": 2, "status": true}   {"stop": true}
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { Layer2Announcer } from '../../src/layer2/announcer.ts'
import { InterfaceExclusion } from '../../src/layer2/interface-exclusion.ts'
import { loadLibc } from '../../src/linux/libc.ts'
import { linkInterfaces } from '../../src/linux/link-interfaces.ts'
import { networkTables } from '../../src/linux/netlink/network-tables.ts'
import { linuxResponder } from '../../src/linux/responder/responder.ts'
import { formatIp, parseIp } from '../../src/net/ip.ts'

interface Command {
  readonly id?: number
  readonly set?: readonly { readonly address: string; readonly interfaces: 'all' | readonly string[] }[]
  readonly status?: boolean
  readonly stop?: boolean
}

const [workerUrl = '', exclude = ''] = process.argv.slice(2)

const asText = (_key: string, value: unknown): unknown => {
  if (value instanceof Set) return [...value]
  if (value instanceof Error) return value.message
  const isIp = typeof value === 'object' && value !== null && 'family' in value && 'value' in value
  return isIp ? formatIp(value as Parameters<typeof formatIp>[0]) : value
}
const say = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, asText)}\n`)
}

const exclusion = new InterfaceExclusion(exclude === '' ? [] : [exclude])
const announcer = await Layer2Announcer.start({
  responder: linuxResponder({ url: () => new URL(workerUrl) }),
  interfaces: linkInterfaces(networkTables(await loadLibc())),
  clock: {
    nowMs: () => performance.now(),
    after: (ms, then) => {
      const timer = setTimeout(then, ms)
      return () => clearTimeout(timer)
    },
  },
  excludes: (name) => exclusion.excludes(name),
  repeatMs: undefined,
  onReport: (report) => say({ report }),
})
say({ ready: true })

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command
  if (command.set !== undefined)
    await announcer.set(
      command.set.flatMap(({ address, interfaces }) => {
        const parsed = parseIp(address)
        return parsed === undefined ? [] : [{ address: parsed, interfaces }]
      }),
    )
  const status = command.status === true ? await announcer.status() : undefined
  if (command.stop === true) await announcer.stop()
  say({ id: command.id, status, atMs: Date.now() })
  if (command.stop === true) break
}
// An open pipe would keep the program; nothing else is left that could.
process.stdin.destroy()
