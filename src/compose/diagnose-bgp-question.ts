// Words and sessions → questions. Values that mean nothing are refused before anything is opened.
import { hostname } from 'node:os'
import { type BgpSession, DEFAULT_TIMERS } from '../config/semantics/bgp-session.ts'
import type { ExpectedSession } from '../diagnose/bgp/bgp-facts.ts'
import type { BgpQuestion } from '../diagnose/bgp/collect/bgp-question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, type IpFamily, ip, parseIp } from '../net/ip.ts'
import { timeoutMsOf } from './diagnose-pool-time.ts'
import { resolveTargets, type Target } from './diagnose-target.ts'
import type { PeerPassword } from './peer-password.ts'

export interface BgpPeerWords {
  readonly peers: readonly string[]
  readonly 'my-asn'?: number | undefined
  readonly 'peer-asn'?: number | undefined
  readonly port: number
  readonly source?: string | undefined
  readonly 'router-id'?: string | undefined
  readonly 'password-file'?: string | undefined
  readonly interface?: string | undefined
  readonly ttl?: number | undefined
  readonly timeout: string
  readonly handshake: boolean
  readonly 'show-routes': boolean
  readonly force: boolean
  readonly vendor?: string | undefined
}

type Password = PeerPassword | 'not known here' | undefined

/** @throws LbctlError `usage` */
export async function peersOfWords(words: BgpPeerWords, password: Password): Promise<BgpQuestion[]> {
  const targets = await targetsOf(words)
  const source = addressOf('source', words.source)
  const routerId = addressOf('router-id', words['router-id'])
  if (routerId?.family === 6)
    throw new LbctlError('usage', '--router-id takes an IPv4 address: a BGP identifier has four bytes.')
  if (words.handshake && words['my-asn'] === undefined)
    throw new LbctlError('usage', '--handshake needs --my-asn: an OPEN says which AS number its sender has.')
  return targets.map(({ asked, address, zone }) => {
    if (source !== undefined && source.family !== address.family)
      throw new LbctlError('usage', `--source is of another family than ${asked}.`)
    const linkLocal = zone !== undefined
    return {
      ...common(words, password),
      asked,
      name: undefined,
      address,
      zone,
      port: words.port,
      source,
      device: linkLocal ? undefined : words.interface,
      routerId,
      nodeName: hostname(),
      offer: [address.family],
      expected: {
        myAsn: words['my-asn'],
        peerAsn: words['peer-asn'],
        holdTimeSeconds: DEFAULT_TIMERS.holdTimeSeconds,
        families: undefined,
        poolFamilies: [],
        routerIdSharedWith: [],
        ...passwordFacts(password),
        ttl: words.ttl,
        multihop: undefined,
        gracefulRestart: false,
        bfdProfile: undefined,
        vrf: undefined,
      },
    }
  })
}

interface SessionSurroundings {
  readonly password: Password
  readonly poolFamilies: readonly IpFamily[]
  readonly routerIdSharedWith: readonly string[]
  readonly nodeName: string
}

export function peerOfSession(
  session: BgpSession,
  words: BgpPeerWords,
  around: SessionSurroundings,
): BgpQuestion {
  const { remote } = session
  return {
    ...common(words, around.password),
    asked: session.peer,
    name: session.peer,
    address: remote.kind === 'address' ? remote.address : UNNUMBERED,
    zone: remote.kind === 'interface' ? remote.interface : undefined,
    port: session.port,
    source: session.source,
    device: session.vrf,
    routerId: session.routerId,
    nodeName: around.nodeName,
    offer: session.families,
    expected: {
      myAsn: session.localAsn,
      peerAsn: session.peerAsn,
      holdTimeSeconds: session.holdTimeSeconds,
      families: session.families,
      poolFamilies: around.poolFamilies,
      routerIdSharedWith: around.routerIdSharedWith,
      ...passwordFacts(around.password),
      ttl: words.ttl,
      multihop: session.multihop,
      gracefulRestart: session.gracefulRestart,
      bfdProfile: session.bfdProfile,
      vrf: session.vrf,
    },
  }
}

/** Stands for "whoever advertises itself as a router on that interface". */
const UNNUMBERED: Ip = ip(6, 0n)

const common = (words: BgpPeerWords, password: Password) => ({
  password: typeof password === 'object' ? password.text : undefined,
  timeoutMs: timeoutMsOf(words.timeout),
  handshake: words.handshake,
  showRoutes: words['show-routes'],
  force: words.force,
  routerVendor: words.vendor,
})

const passwordFacts = (password: Password): Pick<ExpectedSession, 'password' | 'passwordFlaws'> => ({
  password: password === undefined ? 'none' : password === 'not known here' ? password : 'given',
  passwordFlaws: typeof password === 'object' ? password.flaws : [],
})

async function targetsOf(words: BgpPeerWords): Promise<(Target & { readonly asked: string })[]> {
  const { peers, interface: on } = words
  if (peers.length === 0) {
    if (on !== undefined) return [{ asked: on, address: UNNUMBERED, zone: on }]
    throw new LbctlError('usage', 'There is no peer to ask about.', {
      hints: [
        'Name its address, take the BGPPeers of files (-f) or of the cluster (--from-cluster), or read facts that were gathered before (--facts FILE).',
      ],
    })
  }
  const found = await Promise.all(peers.map((asked) => targetsOfWord(asked.trim(), on)))
  return found.flat()
}

async function targetsOfWord(
  asked: string,
  on: string | undefined,
): Promise<(Target & { readonly asked: string })[]> {
  const family = parseIp(asked.split('%')[0] ?? '')?.family
  const [first] =
    family === undefined
      ? await resolveTargets(asked, 4)
          .catch(() => resolveTargets(asked, 6))
          .catch((error: unknown) => {
            throw notFound(asked, error)
          })
      : await resolveTargets(asked, family)
  if (first === undefined) throw new LbctlError('usage', `${asked} has no address.`)
  const isLinkLocal = first.address.family === 6 && first.address.value >> 118n === 0x3fan
  const zone = first.zone ?? (isLinkLocal ? on : undefined)
  if (isLinkLocal && zone === undefined)
    throw new LbctlError('usage', `${asked} is a link-local address: on which interface?`, {
      hints: [`Write it as ${asked}%INTERFACE, or add --interface.`],
    })
  return [{ ...first, zone, asked }]
}

/** A word that is no address: a host that is not known, or a BGPPeer without its configuration. */
function notFound(asked: string, error: unknown): unknown {
  if (!(error instanceof LbctlError) || !error.message.startsWith('The host name')) return error
  return new LbctlError(error.kind, `The host name ${asked} could not be resolved.`, {
    hints: ['Give the address of the peer. The name of a BGPPeer is known only with -f or --from-cluster.'],
    cause: error,
  })
}

function addressOf(flag: string, text: string | undefined): Ip | undefined {
  if (text === undefined) return undefined
  const parsed = parseIp(text.trim())
  if (parsed !== undefined) return parsed
  throw new LbctlError('usage', `--${flag} takes an IP address, not "${text}".`)
}
