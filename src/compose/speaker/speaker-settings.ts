// The words of `speaker run` → what they mean, or what is wrong with them.
import { hostname } from 'node:os'
import { NEWEST_RELEASE, parseRelease, type Release } from '../../config/schema/release.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseDuration } from '../../net/duration.ts'
import { type Ip, parseIp } from '../../net/ip.ts'
import type { LogLevel } from '../../speaker/report/log-record.ts'
import { defaultStateDirectory } from './status-socket.ts'

export interface SpeakerWords {
  readonly file?: readonly string[] | undefined
  readonly 'node-name'?: string | undefined
  readonly 'interface-exclude'?: readonly string[] | undefined
  readonly 'garp-interval'?: string | undefined
  readonly 'neighbor-refresh'?: string | undefined
  readonly 'lb-class'?: string | undefined
  readonly 'ignore-exclude-lb': boolean
  readonly 'compat-version'?: string | undefined
  readonly 'ml-bindaddr'?: string | undefined
  readonly 'ml-bindport': number
  readonly 'ml-join'?: readonly string[] | undefined
  readonly 'ml-secret-key-path'?: string | undefined
  readonly 'ml-wan-config': boolean
  readonly 'ml-config'?: string | undefined
  readonly 'bgp-listen'?: string | undefined
  readonly 'state-dir'?: string | undefined
  readonly 'log-format'?: 'json' | 'pretty' | undefined
  readonly 'log-level': LogLevel
  readonly 'metrics-addr': string
  readonly 'dry-run': boolean
  readonly netns?: string | undefined
  readonly output: 'text' | 'json'
}

export interface HostAndPort {
  readonly address: Ip
  readonly port: number
}

export interface SpeakerSettings {
  readonly paths: readonly string[]
  readonly nodeName: string
  readonly excludedInterfaces: readonly string[] | undefined
  readonly garpIntervalMs: number | undefined
  readonly neighborRefreshMs: number | undefined
  readonly loadBalancerClass: string | undefined
  readonly ignoreExcludeLabel: boolean
  readonly compatVersion: Release
  readonly gossip: GossipSettings | undefined
  readonly bgpListen: HostAndPort | undefined
  readonly stateDirectory: string
  readonly metrics: { readonly host: string; readonly port: number } | undefined
}

export interface GossipSettings {
  readonly bind: HostAndPort
  readonly join: readonly HostAndPort[]
  readonly secretKeyPath: string | undefined
  readonly wan: boolean
  readonly overridesFile: string | undefined
}

const BGP_PORT = 179
const SHORTEST_INTERVAL_MS = 1000

/** @throws LbctlError `usage` */
export function speakerSettings(words: SpeakerWords, env: NodeJS.ProcessEnv): SpeakerSettings {
  const paths = words.file ?? []
  if (paths.length === 0)
    throw new LbctlError('usage', 'There is nothing to announce: no file was named.', {
      hints: [
        'Name files or directories with -f: resources of MetalLB, Services, and Nodes when there are several.',
      ],
    })
  if (paths.includes('-'))
    throw new LbctlError('usage', 'The speaker watches its files, and stdin cannot be watched.', {
      hints: ['Write it to a file first.'],
    })
  return {
    paths,
    nodeName: words['node-name'] ?? hostname(),
    excludedInterfaces: words['interface-exclude'],
    garpIntervalMs: interval(words, 'garp-interval'),
    neighborRefreshMs: interval(words, 'neighbor-refresh'),
    loadBalancerClass: words['lb-class'],
    ignoreExcludeLabel: words['ignore-exclude-lb'],
    compatVersion: release(words['compat-version']),
    gossip: gossipSettings(words),
    bgpListen:
      words['bgp-listen'] === undefined ? undefined : endpoint('bgp-listen', words['bgp-listen'], BGP_PORT),
    stateDirectory: words['state-dir'] ?? defaultStateDirectory(env, process.getuid?.()),
    metrics: metricsAddress(words['metrics-addr']),
  }
}

function release(text: string | undefined): Release {
  if (text === undefined) return NEWEST_RELEASE
  const parsed = parseRelease(text)
  if (parsed !== undefined) return parsed
  throw new LbctlError('usage', `--compat-version takes a MetalLB release such as 0.15.2, not "${text}".`)
}

function interval(words: SpeakerWords, flag: 'garp-interval' | 'neighbor-refresh'): number | undefined {
  const text = words[flag]
  if (text === undefined) return undefined
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= SHORTEST_INTERVAL_MS) return ms
  throw new LbctlError('usage', `--${flag} takes a time of 1s and more, such as 60s, not "${text}".`)
}

function gossipSettings(words: SpeakerWords): GossipSettings | undefined {
  const text = words['ml-bindaddr']
  if (text === undefined) {
    const useless = (['ml-join', 'ml-secret-key-path', 'ml-config'] as const).find(
      (flag) => words[flag] !== undefined,
    )
    if (useless === undefined) return undefined
    throw new LbctlError(
      'usage',
      `--${useless} says how to talk to other speakers, and --ml-bindaddr is missing.`,
      {
        hints: ['Name the address of this host at which the other speakers reach it.'],
      },
    )
  }
  const port = words['ml-bindport']
  const address = parseIp(text)
  if (address === undefined)
    throw new LbctlError('usage', `--ml-bindaddr takes an IP address, not "${text}".`)
  return {
    bind: { address, port },
    join: (words['ml-join'] ?? []).map((each) => endpoint('ml-join', each, port)),
    secretKeyPath: words['ml-secret-key-path'],
    wan: words['ml-wan-config'],
    overridesFile: words['ml-config'],
  }
}

/** `192.0.2.1`, `192.0.2.1:179`, `2001:db8::1`, `[2001:db8::1]:179` */
function endpoint(flag: string, text: string, defaultPort: number): HostAndPort {
  const alone = parseIp(text)
  if (alone !== undefined) return { address: alone, port: defaultPort }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const address = parseIp(bracketed ?? plain ?? '')
  const port = digits === undefined ? defaultPort : Number(digits)
  if (address !== undefined && port >= 1 && port <= 65_535) return { address, port }
  throw new LbctlError(
    'usage',
    `--${flag} takes an IP address and perhaps a port, such as 192.0.2.1:${defaultPort}, not "${text}".`,
  )
}

/** `HOST:PORT`; an IPv6 address stands in brackets, and no host means every address. */
function metricsAddress(text: string): SpeakerSettings['metrics'] {
  if (text === 'none' || text === '') return undefined
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const host = bracketed ?? plain
  if (digits !== '' && port <= 65_535) return { host: host === '' ? '::' : host, port }
  throw new LbctlError(
    'usage',
    `--metrics-addr takes HOST:PORT, such as 127.0.0.1:7472, or "none", not "${text}".`,
  )
}
