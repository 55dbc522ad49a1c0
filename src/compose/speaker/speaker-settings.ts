// The words of `speaker run` → what they mean, or what is wrong with them.
import { hostname } from 'node:os'
import { parseRelease, type Release } from '../../config/schema/release.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseDuration } from '../../net/duration.ts'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type ListenAddress, metricsAddress } from '../metrics-address.ts'
import {
  type EnvironmentNote,
  environmentNotes,
  fromMetallb,
  secretOfMetallb,
  wanOfMetallb,
} from './metallb-environment.ts'
import type { SpeakerWords } from './speaker-words.ts'
import { defaultStateDirectory } from './status-socket.ts'

export interface HostAndPort {
  readonly address: Ip
  readonly port: number
}

export interface SpeakerSettings {
  /** empty: the facts are those of a cluster */
  readonly paths: readonly string[]
  readonly cluster: ClusterSettings
  readonly nodeName: string
  readonly excludedInterfaces: readonly string[] | undefined
  readonly garpIntervalMs: number | undefined
  readonly neighborRefreshMs: number | undefined
  readonly loadBalancerClass: string | undefined
  readonly ignoreExcludeLabel: boolean
  /** undefined: that of MetalLB's speakers where some run beside, else the newest */
  readonly compatVersion: Release | undefined
  readonly gossip: GossipSettings | undefined
  readonly bgpListen: HostAndPort | undefined
  /** where a controller asks; undefined: nowhere */
  readonly probeListen: ListenAddress | undefined
  readonly stateDirectory: string
  /** so long a dry run waits for a cluster */
  readonly dryRunTimeoutMs: number
  readonly metrics: ListenAddress | undefined
  /** what is to be said about variables of MetalLB */
  readonly environment: readonly EnvironmentNote[]
}

export interface ClusterSettings {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly namespace: string | undefined
  /** of the Pod that this runs in */
  readonly podName: string | undefined
  /** also beside a speaker of MetalLB on this node */
  readonly force: boolean
}

export interface GossipSettings {
  readonly bind: HostAndPort
  readonly join: readonly HostAndPort[]
  readonly secretKeyPath: string | undefined
  /** what would be in the file, where there is none */
  readonly secret?: Uint8Array | undefined
  readonly wan: boolean
  readonly overridesFile: string | undefined
}

const BGP_PORT = 179
const GOSSIP_PORT = 7946
const SHORTEST_INTERVAL_MS = 1000
const DRY_RUN_TIMEOUT_MS = 10_000

/** @throws LbctlError `usage` */
export function speakerSettings(given: SpeakerWords, env: NodeJS.ProcessEnv): SpeakerSettings {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const words: SpeakerWords = { ...given, ...fromMetallb(env), ...set }
  const paths = words.file ?? []
  const clusterWord = (['kubeconfig', 'context'] as const).find((word) => given[word] !== undefined)
  if (paths.length > 0 && clusterWord !== undefined)
    throw new LbctlError('usage', `-f takes the facts from files, and --${clusterWord} from a cluster.`, {
      hints: ['Leave one of them out.'],
    })
  if (paths.includes('-'))
    throw new LbctlError('usage', 'The speaker watches its files, and stdin cannot be watched.', {
      hints: ['Write it to a file first.'],
    })
  return {
    paths,
    cluster: {
      kubeconfig: words.kubeconfig,
      context: words.context,
      namespace: words.namespace,
      podName: words['pod-name'],
      force: words.force ?? false,
    },
    nodeName: words['node-name'] ?? hostname(),
    excludedInterfaces: words['interface-exclude'],
    garpIntervalMs: interval(words, 'garp-interval'),
    neighborRefreshMs: interval(words, 'neighbor-refresh'),
    loadBalancerClass: words['lb-class'],
    ignoreExcludeLabel: words['ignore-exclude-lb'],
    compatVersion: release(words['compat-version']),
    gossip: gossipSettings(words, env),
    bgpListen:
      words['bgp-listen'] === undefined ? undefined : endpoint('bgp-listen', words['bgp-listen'], BGP_PORT),
    probeListen: metricsAddress(words['probe-listen'] ?? 'none', 'probe-listen'),
    stateDirectory: words['state-dir'] ?? defaultStateDirectory(env, process.getuid?.()),
    dryRunTimeoutMs: interval(words, 'timeout') ?? DRY_RUN_TIMEOUT_MS,
    metrics: metricsAddress(words['metrics-addr']),
    environment: environmentNotes(env),
  }
}

function release(text: string | undefined): Release | undefined {
  if (text === undefined) return undefined
  const parsed = parseRelease(text)
  if (parsed !== undefined) return parsed
  throw new LbctlError('usage', `--compat-version takes a MetalLB release such as 0.15.2, not "${text}".`)
}

function interval(
  words: SpeakerWords,
  flag: 'garp-interval' | 'neighbor-refresh' | 'timeout',
): number | undefined {
  const text = words[flag]
  if (text === undefined) return undefined
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= SHORTEST_INTERVAL_MS) return ms
  throw new LbctlError('usage', `--${flag} takes a time of 1s and more, such as 60s, not "${text}".`)
}

function gossipSettings(words: SpeakerWords, env: NodeJS.ProcessEnv): GossipSettings | undefined {
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
  const port = words['ml-bindport'] ?? GOSSIP_PORT
  const address = parseIp(text)
  if (address === undefined)
    throw new LbctlError('usage', `--ml-bindaddr takes an IP address, not "${text}".`)
  return {
    bind: { address, port },
    join: (words['ml-join'] ?? []).map((each) => endpoint('ml-join', each, port)),
    secretKeyPath: words['ml-secret-key-path'],
    secret: secretOfMetallb(env),
    wan: words['ml-wan-config'] || wanOfMetallb(env),
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
