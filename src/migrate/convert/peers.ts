// peers → BGPPeer v1beta2, and a Secret for each password.
import type { BGPPeerSpec } from '../../config/schema/peer-kinds.ts'
import { encodeBase64, utf8Bytes } from '../../net/base64.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import type { Field, LegacyPeer } from '../legacy/shape.ts'
import { type Origin, originOf, type Planned } from '../planned.ts'
import type { BfdProfiles } from './bfd-profiles.ts'
import { type Convert, say, sayMissing } from './context.ts'
import { labelSelectors } from './selectors.ts'
import { timers } from './timers.ts'

export function legacyPeers(
  peers: Field<readonly Field<LegacyPeer>[]> | undefined,
  profiles: BfdProfiles,
  namespace: string,
  convert: Convert,
): Planned[] {
  const seen = new Map<string, Planned>()
  const planned: Planned[] = []
  for (const peer of peers?.value ?? []) {
    const read = peerSpec(peer, profiles, convert)
    if (read === undefined) continue
    const key = JSON.stringify([read.spec, peer.value.password?.value])
    const same = seen.get(key)
    if (same !== undefined) {
      say(
        convert,
        'M024',
        'warning',
        peer.node,
        `This peer equals ${same.object.metadata.name} in everything and is merged with it.`,
        'MetalLB before v0.10 opened two sessions to the router for it.',
      )
      continue
    }
    const objects = peerObjects(peer, read, namespace, convert)
    planned.push(...objects)
    const bgpPeer = objects.at(-1)
    if (bgpPeer !== undefined) seen.set(key, bgpPeer)
  }
  return planned
}

interface PeerSpec {
  readonly spec: BGPPeerSpec
  readonly origins: Map<string, Origin>
}

const REQUIRED = ['my-asn', 'peer-asn', 'peer-address'] as const

function peerSpec(peer: Field<LegacyPeer>, profiles: BfdProfiles, convert: Convert): PeerSpec | undefined {
  const missing = REQUIRED.filter((key) => peer.value[key] === undefined || peer.value[key]?.value === 0)
  if (missing.length > 0) {
    sayMissing(
      convert,
      peer.node,
      `"${peer.path}" lacks ${missing.join(' and ')}, without which no session can be opened.`,
    )
    return undefined
  }
  const { 'my-asn': myAsn, 'peer-asn': peerAsn, 'peer-address': address } = peer.value
  const origins = new Map<string, Origin>([['', originOf(peer)]])
  const take = <T>(name: keyof BGPPeerSpec, field: Field<T> | undefined): T | undefined => {
    if (field !== undefined) origins.set(`spec.${name}`, originOf(field))
    return field?.value
  }
  const port = take('peerPort', peer.value['peer-port']) || undefined
  const source = take('sourceAddress', peer.value['source-address'])
  const routerId = take('routerID', peer.value['router-id'])
  take('holdTime', peer.value['hold-time'])
  take('keepaliveTime', peer.value['keepalive-time'])
  const selectors = peer.value['node-selectors']
  const multihop = take('ebgpMultiHop', peer.value['ebgp-multihop'])
  const profile = bfdProfileOf(peer, profiles, origins, convert)
  const spec: BGPPeerSpec = {
    myASN: take('myASN', myAsn) ?? 0,
    peerASN: take('peerASN', peerAsn) ?? 0,
    peerAddress: (take('peerAddress', address) ?? '').trim(),
    ...(port !== undefined && (port !== 179 || convert.options.explicit)
      ? { peerPort: port }
      : convert.options.explicit
        ? { peerPort: 179 }
        : {}),
    ...(source ? { sourceAddress: source.trim() } : {}),
    ...(routerId ? { routerID: routerId.trim() } : {}),
    ...timers(peer, convert),
    ...(selectors && selectors.value.length > 0
      ? { nodeSelectors: labelSelectors(selectors, 'spec.nodeSelectors', origins) }
      : {}),
    ...(profile === undefined ? {} : { bfdProfile: profile }),
    ...(multihop === true || convert.options.explicit ? { ebgpMultiHop: multihop ?? false } : {}),
  }
  return { spec, origins }
}

function bfdProfileOf(
  peer: Field<LegacyPeer>,
  profiles: BfdProfiles,
  origins: Map<string, Origin>,
  convert: Convert,
): string | undefined {
  const field = peer.value['bfd-profile']
  if (field === undefined || field.value === '') return undefined
  origins.set('spec.bfdProfile', originOf(field))
  const name = profiles.names.get(field.value)
  if (name === undefined)
    say(
      convert,
      'M023',
      'error',
      field.node,
      `The BFD profile "${field.value}" is not defined under bfd-profiles; MetalLB refused that.`,
    )
  return name
}

function peerObjects(
  peer: Field<LegacyPeer>,
  { spec, origins }: PeerSpec,
  namespace: string,
  convert: Convert,
): Planned[] {
  const name = peerName(spec.peerAddress ?? '', spec.peerPort, namespace, convert)
  const bgpPeer = (extra: Partial<BGPPeerSpec>): Planned => ({
    object: {
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name, namespace },
      spec: { ...spec, ...extra },
    },
    origins,
  })
  const { password } = peer.value
  if (password === undefined || password.value === '') return [bgpPeer({})]
  if (convert.options.inlinePasswords) {
    origins.set('spec.password', originOf(password))
    say(
      convert,
      'M031',
      'warning',
      password.key ?? password.node,
      `The password of ${name} stays in clear text in the BGPPeer, where everyone who may read BGPPeers sees it.`,
    )
    return [bgpPeer({ password: password.value })]
  }
  const secret = passwordSecret(password, name, namespace, convert)
  origins.set('spec.passwordSecret', originOf(password))
  return [secret, bgpPeer({ passwordSecret: { name: secret.object.metadata.name } })]
}

/** The Secret that BGPPeer.spec.passwordSecret asks for. Its messages point at the key, never at the password. */
export function passwordSecret(
  password: Field<string>,
  peer: string,
  namespace: string,
  convert: Convert,
): Planned {
  const name = convert.names.derive('Secret', namespace, `${peer}-password`)
  const at = password.key ?? password.node
  say(
    convert,
    'M030',
    'info',
    at,
    `The password of ${peer} goes into the Secret ${name}.`,
    'Keep the Secret out of your repository, or encrypt it there.',
  )
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      type: 'kubernetes.io/basic-auth',
      data: { password: encodeBase64(utf8Bytes(password.value)) },
    },
    origins: new Map([['', { path: password.path, node: at, key: undefined }]]),
  }
}

/** `peer-10-0-0-1`; a second session to the same address is told apart by its port, then by a number. */
function peerName(address: string, port: number | undefined, namespace: string, convert: Convert): string {
  if (convert.options.names === 'legacy') return convert.names.count('BGPPeer', namespace, 'peer')
  const ip = parseIp(address)
  const wanted =
    ip === undefined
      ? 'peer'
      : `peer-${formatIp(ip)
          .replaceAll(/[.:]/g, '-')
          .replaceAll(/^-+|-+$/g, '')}`
  if (convert.names.reserve('BGPPeer', namespace, wanted)) return wanted
  return convert.names.derive('BGPPeer', namespace, port === undefined ? wanted : `${wanted}-${port}`)
}
