// The sockets that this host has for BGP already: sessions to the peer, and programs that listen.
import { formatIp, sameIp } from '../../../net/ip.ts'
import type { TcpSession } from '../../ports/tables.ts'
import type { ListenerFacts, SessionFacts } from '../bgp-facts.ts'
import type { SocketOwner } from '../ports.ts'
import { type BgpQuestion, type BgpSurroundings, isLive } from './bgp-question.ts'

export interface HostSessions {
  readonly sessions: readonly SessionFacts[]
  readonly listeners: readonly ListenerFacts[]
}

type Peer = Pick<BgpQuestion, 'address' | 'port' | 'zone'>

/** @param ownPorts local ports of connections of this diagnosis itself */
export async function hostSessions(
  peer: Peer,
  around: BgpSurroundings,
  ownPorts: ReadonlySet<number> = new Set(),
): Promise<HostSessions> {
  const [sockets, links] = await Promise.all([
    around.sessions(peer.port),
    peer.zone === undefined ? [] : (around.kernel?.tables.links() ?? []),
  ])
  const zoneIndex = links.find(({ name }) => name === peer.zone)?.index
  const toPeer = sockets.filter(
    (socket) =>
      sameIp(socket.remote.address, peer.address) &&
      isLive(socket) &&
      // Where the peer is this host itself, the other end is among them, too.
      !ownPorts.has(socket.local.port) &&
      !ownPorts.has(socket.remote.port) &&
      (zoneIndex === undefined || socket.interfaceIndex === 0 || socket.interfaceIndex === zoneIndex),
  )
  const listening = sockets.filter(({ state, local }) => state === 'listen' && local.port === peer.port)
  const owners = around.tcp.owners([...toPeer, ...listening].map(({ inode }) => inode))
  return {
    sessions: toPeer.map((socket) => sessionFacts(socket, owners)),
    listeners: listening.map(({ local, inode }) => ({
      address: formatIp(local.address),
      port: local.port,
      owner: owners.get(inode),
    })),
  }
}

const sessionFacts = (
  { state, local, remote, inode, traffic }: TcpSession,
  owners: ReadonlyMap<number, SocketOwner>,
): SessionFacts => ({
  state,
  local: formatIp(local.address),
  localPort: local.port,
  remotePort: remote.port,
  owner: owners.get(inode),
  traffic,
})
