// Membership of the speaker put together: sockets of this system, key and timing from files, and the log.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { GossipNode } from '../../gossip/gossip-node.ts'
import { gossipSettings } from '../../gossip/overrides.ts'
import { memberlistKey } from '../../gossip/secret-key.ts'
import { formatIp, type Ip, sameIp } from '../../net/ip.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import type { MemberStatus } from '../../speaker/report/status.ts'
import { gossipPorts } from '../gossip.ts'
import type { GossipSettings, HostAndPort } from './speaker-settings.ts'

export interface GossipSideOptions {
  readonly nodeName: string
  readonly settings: GossipSettings
  /** told to the others */
  readonly meta: Uint8Array
  readonly log: LogSink
  /** somebody came or went */
  readonly onChange: () => void
}

export interface GossipSide {
  /** names of those that are alive or suspected, ourselves included */
  members(): ReadonlySet<string>
  /** what each of them tells of itself */
  metadata(): readonly Uint8Array[]
  status(): readonly MemberStatus[]
  /** Tries all of them, again and again; resolves when each was tried once, with how many there are. */
  join(nodeAddresses: readonly Ip[]): Promise<number>
  /** Says goodbye, so that another takes over at once. */
  leave(): Promise<void>
}

const LEAVE_MS = 1000

/** @throws LbctlError for a key or a file that is not there, or an address that is not ours */
export async function startGossip(options: GossipSideOptions): Promise<GossipSide> {
  const { nodeName, settings, log } = options
  const keys = keysOf(settings)
  if (keys.length === 0)
    log({
      level: 'warn',
      caller: 'gossip',
      fields: { msg: 'no ml-secret-key set, memberlist traffic will not be encrypted' },
      text: 'The gossip with other speakers is not encrypted: no --ml-secret-key-path',
    })
  const node = await GossipNode.start(
    {
      nodeName,
      bindAddress: settings.bind.address,
      port: settings.bind.port,
      keys,
      meta: options.meta,
      settings: timing(settings),
      onChange: (change, member) => {
        log({
          level: 'info',
          caller: 'gossip',
          fields: { event: `member-${change}`, node: member.name, msg: 'node event - forcing sync' },
          text: `Speaker ${member.name} (${formatIp(member.address)}): ${CHANGE_WORDS[change]}`,
        })
        options.onChange()
      },
      onLog: (level, code, text) =>
        log({ level, caller: 'gossip', fields: { component: 'Memberlist', code, msg: text }, text }),
    },
    await gossipPorts(),
  )
  return sideOf(node, settings)
}

const CHANGE_WORDS = { join: 'joined', leave: 'left or died', update: 'changed' } as const

function sideOf(node: GossipNode, settings: GossipSettings): GossipSide {
  const present = () => node.members().filter(({ state }) => state === 'alive' || state === 'suspect')
  return {
    members: () => new Set(present().map(({ name }) => name)),
    metadata: () => present().map(({ meta }) => meta),
    status: () =>
      node.members().map(({ name, address, port, state }) => ({
        name,
        address: address.family === 6 ? `[${formatIp(address)}]:${port}` : `${formatIp(address)}:${port}`,
        state,
      })),
    join: async (nodeAddresses) => (await node.join(seedsOf(settings, nodeAddresses))).length,
    leave: () => node.close({ leave: true, timeoutMs: LEAVE_MS }),
  }
}

/** Those that were named, and the nodes; not ourselves. */
function seedsOf({ bind, join: named }: GossipSettings, nodeAddresses: readonly Ip[]): HostAndPort[] {
  const nodes = nodeAddresses
    .filter(({ family }) => family === bind.address.family)
    .map((address) => ({ address, port: bind.port }))
  return [...named, ...nodes].filter(
    (seed, index, all) =>
      !(sameIp(seed.address, bind.address) && seed.port === bind.port) &&
      all.findIndex((other) => sameIp(other.address, seed.address) && other.port === seed.port) === index,
  )
}

function keysOf(settings: GossipSettings): Uint8Array[] {
  const secret = gossipSecret(settings)
  return secret === undefined ? [] : [memberlistKey(secret)]
}

/** MetalLB mounts the Secret as a directory with a file `secretkey`. @throws LbctlError for a file that cannot be used */
export function gossipSecret({
  secretKeyPath: path,
  secret: given,
}: Pick<GossipSettings, 'secretKeyPath' | 'secret'>): Uint8Array | undefined {
  if (path === undefined) return given
  const file = readable(path, () => (statSync(path).isDirectory() ? join(path, 'secretkey') : path))
  const secret = readable(file, () => readFileSync(file))
  if (secret.length === 0)
    throw new LbctlError('input', `The file ${file} with the key of the gossip is empty.`)
  return secret
}

function timing({ wan, overridesFile: file }: GossipSettings) {
  const text = file === undefined ? undefined : readable(file, () => readFileSync(file, 'utf8'))
  const settings = gossipSettings(wan ? 'wan' : 'lan', text)
  if (settings.ok) return settings.value
  throw new LbctlError('input', `${file}: ${settings.error[0] ?? ''}`, { hints: settings.error.slice(1) })
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new LbctlError('input', `${path} cannot be read: ${code}.`, { cause })
  }
}
