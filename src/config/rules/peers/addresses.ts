// V205–V209, V217, V218, V221: the addresses of a peer.
import { type Ip, ip, parseIp } from '../../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../../net/prefix.ts'
import { type BGPPeer, isGiven, keySpan, placeOf } from '../../objects/read-object.ts'
import { placeholderIn, templateDiagnostic } from '../../source/broken.ts'
import type { RuleContext } from '../context.ts'

export function peerAddresses(context: RuleContext): void {
  for (const peer of context.objects.peers) {
    addressOrInterface(context, peer)
    const remote = address(context, peer, 'peerAddress', 'V207', 'the address of a router')
    const source = address(context, peer, 'sourceAddress', 'V209', 'an address to connect from')
    const router = address(context, peer, 'routerID', 'V208', 'a router ID such as 10.0.0.1')
    if (remote !== undefined && source !== undefined && remote.family !== source.family)
      context.report('V217', peer, {
        message: `The source address is IPv${source.family}, but the router is reached by IPv${remote.family}.`,
        path: ['spec', 'sourceAddress'],
        related: [{ message: 'the address of the router', at: placeOf(peer, ['spec', 'peerAddress']) }],
      })
    // RFC 6286 §2.1: the BGP identifier is four bytes.
    if (router?.family === 6)
      context.report('V218', peer, {
        message: 'The router ID is an IPv6 address; BGP has room for four bytes.',
        path: ['spec', 'routerID'],
        hint: 'Write any IPv4 address that is unique among the routers and nodes.',
      })
    if (remote !== undefined) impossible(context, peer, remote)
  }
}

function addressOrInterface(context: RuleContext, peer: BGPPeer): void {
  const { failed } = peer
  const hasAddress = isGiven(peer, 'peerAddress')
  const hasInterface = isGiven(peer, 'interface')
  if (hasAddress && hasInterface)
    context.report('V206', peer, {
      message: 'Both peerAddress and interface are set.',
      path: ['spec', 'interface'],
      related: [{ message: 'peerAddress is here', at: keySpan(peer, ['spec'], 'peerAddress') }],
      hint: 'Keep peerAddress, or keep interface for a session by link-local addresses.',
    })
  if (!hasAddress && !hasInterface && !failed.has('peerAddress') && !failed.has('interface'))
    context.report('V205', peer, {
      message: 'Neither the address of the router nor an interface is given.',
      hint: 'Set peerAddress.',
    })
}

function address(
  context: RuleContext,
  peer: BGPPeer,
  field: 'peerAddress' | 'sourceAddress' | 'routerID',
  code: string,
  what: string,
): Ip | undefined {
  const text = peer.spec[field]
  if (text === undefined || text === '') return undefined
  const parsed = parseIp(text)
  if (parsed !== undefined) return parsed
  const path = ['spec', field]
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) context.add(templateDiagnostic(placeholder, placeOf(peer, path)), peer, path)
  else
    context.report(code, peer, {
      message: `"${text}" is not ${what}.`,
      path,
      hint:
        parsePrefix(text) === undefined
          ? 'Write one IP address; names are not looked up.'
          : 'Write the address without "/" and length.',
    })
  return undefined
}

const NO_ROUTER = ['0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8'].flatMap(
  (text) => parsePrefix(text) ?? [],
)

function impossible(context: RuleContext, peer: BGPPeer, remote: Ip): void {
  if (!NO_ROUTER.some((block) => prefixContains(block, ip(remote.family, remote.value)))) return
  context.report('V221', peer, {
    message: `No router can have the address ${peer.spec.peerAddress}.`,
    path: ['spec', 'peerAddress'],
  })
}
