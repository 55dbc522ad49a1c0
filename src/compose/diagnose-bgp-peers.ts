// Which peers `diagnose bgp` is asked about: of the command line, or of BGPPeers in files and in a cluster.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { BGPPeer, NodeObject, ReadObjects } from '../config/objects/read-object.ts'
import { readObjects } from '../config/objects/read-objects.ts'
import { type BgpSession, peerOnNode } from '../config/semantics/bgp-session.ts'
import { familiesOfPools, poolsShownTo } from '../config/semantics/peer-advertisements.ts'
import { parseYaml } from '../config/source/parse.ts'
import type { BgpQuestion } from '../diagnose/bgp/collect/bgp-question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, parseIp } from '../net/ip.ts'
import { type BgpPeerWords, peerOfSession, peersOfWords } from './diagnose-bgp-question.ts'
import { readSources } from './files.ts'
import { type PeerPassword, passwordFlaws, secretPassword } from './peer-password.ts'
import { unreadable } from './unreadable.ts'

export interface AskedPeers {
  readonly questions: readonly BgpQuestion[]
  /** about peers that are left out, for stderr; whole sentences */
  readonly notices: readonly string[]
  /** a peer that should have a session on this node means none */
  readonly invalid: boolean
}

export interface PeersRequest extends BgpPeerWords {
  readonly peers: readonly string[]
  readonly file?: readonly string[] | undefined
  readonly 'from-cluster': boolean
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
  readonly 'node-name'?: string | undefined
}

/** @throws LbctlError */
export async function askedPeers(request: PeersRequest, signal: AbortSignal): Promise<AskedPeers> {
  const password = request['password-file'] === undefined ? undefined : passwordOf(request['password-file'])
  if (request.file === undefined && !request['from-cluster'])
    return { questions: await peersOfWords(request, password), notices: [], invalid: false }
  const objects = await configured(request, signal)
  return peersOfConfiguration(objects, request, password)
}

function passwordOf(path: string): PeerPassword {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw unreadable(path, path, error)
  }
  if (text === '') throw new LbctlError('input', `There is no password in ${path}.`, { facts: { path } })
  return { text, flaws: passwordFlaws(text) }
}

async function configured(request: PeersRequest, signal: AbortSignal): Promise<ReadObjects> {
  const files = request.file ?? []
  const given = files.length === 0 ? { sources: [], diagnostics: [] } : await readSources(files, { signal })
  const parsed = given.sources.map(parseYaml)
  const [broken] = [...given.diagnostics, ...parsed.flatMap(({ diagnostics }) => diagnostics)].filter(
    ({ severity }) => severity === 'error',
  )
  if (broken !== undefined)
    throw new LbctlError('input', `${broken.at?.source.name ?? 'A file'} cannot be read: ${broken.message}`, {
      hints: ['lbctl validate shows the place.'],
    })
  const documents = parsed.flatMap(({ documents: all }) => all)
  if (!request['from-cluster']) return readObjects(documents).objects
  const { clusterSources } = await import('./cluster-sources.ts')
  const live = await clusterSources(request, documents, signal)
  return readObjects([...documents, ...live.flatMap((source) => parseYaml(source).documents)]).objects
}

/** @throws LbctlError `input` when no BGPPeer means a session for the node */
export function peersOfConfiguration(
  objects: ReadObjects,
  request: PeersRequest,
  password: PeerPassword | undefined,
): AskedPeers {
  const wanted = objects.peers.filter((peer) => isWanted(peer, request.peers))
  if (wanted.length === 0)
    throw new LbctlError(
      'input',
      objects.peers.length === 0
        ? 'There is no BGPPeer in the configuration.'
        : `None of the BGPPeers is called or has the address ${request.peers.join(' or ')}.`,
      objects.peers.length === 0
        ? {}
        : { hints: [`There is ${objects.peers.map(({ name }) => name).join(', ')}.`] },
    )
  const node = thisNode(objects, request['node-name'])
  const questions: BgpQuestion[] = []
  const notices: string[] = []
  let invalid = false
  for (const peer of wanted) {
    const meaning = peerOnNode(peer, node?.labels)
    if (meaning.kind === 'not selected')
      notices.push(
        `The BGPPeer "${peer.name}" is not for this node: its nodeSelectors do not match ${node?.name}.`,
      )
    else if (meaning.kind === 'invalid') {
      invalid = true
      for (const { code, message } of meaning.problems)
        notices.push(`The BGPPeer "${peer.name}" ${message} (${code}): it has no session.`)
    } else {
      if (meaning.kind === 'node unknown')
        notices.push(
          `The BGPPeer "${peer.name}" has nodeSelectors, and the labels of this node are not known (--node-name, and the Node among the files): it is taken to be for this node.`,
        )
      questions.push(
        peerOfSession(meaning.session, request, {
          password: password ?? passwordFor(meaning.session, objects),
          poolFamilies: familiesOfPools(poolsShownTo(peer, objects, node?.labels)),
          routerIdSharedWith: sharedWith(peer, objects.nodes, node),
          nodeName: node?.name ?? request['node-name'] ?? hostname(),
        }),
      )
    }
  }
  if (questions.length === 0)
    throw new LbctlError('input', 'No BGPPeer means a session for this node.', { hints: notices })
  return { questions, notices, invalid }
}

function isWanted({ name, spec }: BGPPeer, asked: readonly string[]): boolean {
  if (asked.length === 0) return true
  const address = parseIp(spec.peerAddress ?? '')
  const same = (text: string): boolean => {
    const given: Ip | undefined = parseIp(text)
    return (
      given !== undefined &&
      address !== undefined &&
      given.value === address.value &&
      given.family === address.family
    )
  }
  return asked.some((text) => text === name || same(text))
}

/** @throws LbctlError `usage` for a name that none of the Nodes has */
function thisNode({ nodes }: ReadObjects, asked: string | undefined): NodeObject | undefined {
  const found = nodes.find(({ name }) => name === (asked ?? hostname()))
  if (asked === undefined || found !== undefined || nodes.length === 0) return found
  throw new LbctlError('usage', `There is no Node "${asked}".`, {
    hints: [`There is ${nodes.map(({ name }) => name).join(', ')}.`],
  })
}

function passwordFor(
  { password }: BgpSession,
  { secrets }: ReadObjects,
): PeerPassword | 'not known here' | undefined {
  if (password === undefined) return undefined
  if (password.kind === 'text') return { text: password.text, flaws: passwordFlaws(password.text) }
  const text = secretPassword(secrets, password)
  return text === undefined ? 'not known here' : { text, flaws: passwordFlaws(text) }
}

/** Nodes that get the same router ID from the same object. */
function sharedWith(peer: BGPPeer, nodes: readonly NodeObject[], node: NodeObject | undefined): string[] {
  if ((peer.spec.routerID ?? '') === '' || node === undefined) return []
  return nodes
    .filter((each) => each.name !== node.name && peerOnNode(peer, each.labels).kind === 'session')
    .map(({ name }) => name)
}
