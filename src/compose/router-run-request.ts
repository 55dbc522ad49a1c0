// The flags of `lbctl router run` → what router to be, and the errors of flags that make no sense.
import { networkInterfaces } from 'node:os'
import type { BgpListenOptions } from '../bgp/ports.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { EmbeddedRouterOptions } from '../lab/router/embedded-router.ts'
import type { FaultName } from '../lab/router/fault-names.ts'
import { parseDuration } from '../net/duration.ts'
import { formatIp, type Ip, ip, ipBits, parseIp } from '../net/ip.ts'
import { type Prefix, parsePrefix, prefixOf } from '../net/prefix.ts'
import { readText } from './diagnose-nodes.ts'

export interface RouterRunWords {
  readonly listen?: readonly string[] | undefined
  readonly asn: number
  readonly 'router-id'?: string | undefined
  readonly 'peer-asn'?: number | undefined
  readonly neighbor?: readonly string[] | undefined
  readonly 'password-file'?: string | undefined
  readonly announce?: readonly string[] | undefined
  readonly 'max-prefix'?: number | undefined
  readonly 'max-paths': number
  readonly 'hold-time': number
  readonly fault?: FaultName | undefined
  readonly interval?: string | undefined
  readonly duration?: string | undefined
  readonly output: 'text' | 'json'
}

export interface RouterRunRequest {
  readonly listen: readonly BgpListenOptions[]
  readonly router: EmbeddedRouterOptions
  readonly fault: FaultName | undefined
  readonly intervalMs: number | undefined
  readonly durationMs: number | undefined
}

const DEFAULT_LISTEN = '127.0.0.1:1790'
const DEFAULT_PORT = 1790

/** @throws LbctlError */
export function routerRunRequest(words: RouterRunWords): RouterRunRequest {
  const listen = (words.listen ?? [DEFAULT_LISTEN]).map(listenOptions)
  const { fault } = words
  if (fault !== undefined) refuseWithFault(fault, words)
  return {
    listen,
    fault,
    router: {
      ...{
        asn: words.asn,
        routerId: routerId(words['router-id'], listen),
        peerAsn: words['peer-asn'] ?? 'any',
      },
      neighbors: (words.neighbor ?? ['0.0.0.0/0', '::/0']).map((text) => prefixFlag('neighbor', text)),
      password: words['password-file'] === undefined ? undefined : passwordIn(words['password-file']),
      holdTimeSeconds: holdTime(words['hold-time']),
      families: [4, 6],
      ...{ maximumPrefixes: words['max-prefix'], maximumPaths: words['max-paths'] },
      announce: (words.announce ?? []).map((text) => prefixFlag('announce', text)),
    },
    intervalMs: timeFlag('interval', words.interval),
    durationMs: timeFlag('duration', words.duration),
  }
}

/** Nothing of a router with a fault depends on these; to take them would promise it. */
function refuseWithFault(fault: FaultName, words: RouterRunWords): void {
  const idle = (
    ['peer-asn', 'neighbor', 'password-file', 'announce', 'max-prefix', 'interval'] as const
  ).find((name) => words[name] !== undefined)
  if (idle !== undefined)
    throw new LbctlError(
      'usage',
      `--${idle} has no meaning with --fault ${fault}: such a router has no sessions.`,
    )
}

/** `192.0.2.1:1790`, `[2001:db8::1]:1790`, or an address alone */
function listenOptions(text: string): BgpListenOptions {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = parseIp(bracketed ?? plain ?? text)
  const number = port === undefined ? DEFAULT_PORT : Number(port)
  if (address !== undefined && number <= 65_535) return { address, port: number }
  throw new LbctlError('usage', `--listen takes an address and a port, not "${text}".`, {
    hints: ['Such as 127.0.0.1:1790, 0.0.0.0:1790 or [::]:1790.'],
  })
}

function routerId(text: string | undefined, listen: readonly BgpListenOptions[]): Ip {
  if (text !== undefined) {
    const given = parseIp(text)
    // RFC 6286 §2.1: four bytes, and not zero.
    if (given?.family === 4 && given.value !== 0n) return given
    throw new LbctlError('usage', `--router-id takes an IPv4 address, not "${text}".`)
  }
  const own = listen.find(({ address }) => address.family === 4 && address.value !== 0n)?.address
  return own ?? addressOfHost() ?? ip(4, 0x7f00_0001n)
}

function addressOfHost(): Ip | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const [first] = all.filter(({ family, internal }) => family === 'IPv4' && !internal)
  return first === undefined ? undefined : parseIp(first.address)
}

function prefixFlag(flag: string, text: string): Prefix {
  const address = parseIp(text)
  const prefix = address === undefined ? parsePrefix(text) : prefixOf(address, ipBits(address.family))
  if (prefix !== undefined) return prefix
  throw new LbctlError('usage', `--${flag} takes an address or a prefix, not "${text}".`, {
    hints: [`Such as ${formatIp(ip(4, 0xc000_0200n))}/24 or 2001:db8::/64.`],
  })
}

function passwordIn(path: string): string {
  // Editors end a file with a line break, which no password has.
  const password = readText(path).replace(/\r?\n$/, '')
  const bytes = Buffer.byteLength(password)
  if (bytes >= 1 && bytes <= 80) return password
  throw new LbctlError('input', `The password in ${path} has ${bytes} bytes; TCP MD5 takes 1 to 80.`)
}

function holdTime(seconds: number): number {
  // RFC 4271 §4.2
  if (seconds === 0 || seconds >= 3) return seconds
  throw new LbctlError('usage', `--hold-time takes 0 or at least 3 seconds, not ${seconds}.`)
}

/** setTimeout takes no more. */
const LONGEST_MS = 2 ** 31 - 1

function timeFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 1 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--${flag} takes a time such as 500ms, 30s or 5m, not "${text}".`)
}
