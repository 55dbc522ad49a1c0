// A controller asks through this speaker whether somebody has addresses on the link (--probe-before-assign there, --probe-listen here).
import type { ProbeFinding } from '../../controller/probe/ports.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp, type Ip } from '../../net/ip.ts'
import { type ProbeGround, planProbe } from '../../speaker/probe/probe-plan.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { ownMacs, scanLinks } from '../link-probe/link-scan.ts'
import type { Answered } from '../link-probe/probe-messages.ts'
import { probeKey } from '../link-probe/probe-proof.ts'
import { type ProbeServer, serveProbes } from '../link-probe/probe-server.ts'
import { openKernel } from '../linux.ts'
import { gossipSecret } from './gossip-side.ts'
import type { SpeakerSettings } from './speaker-settings.ts'

export interface ProbeSideOptions {
  readonly settings: Pick<SpeakerSettings, 'probeListen' | 'gossip' | 'nodeName'>
  /** from the cluster; undefined: there is no Secret yet, or no cluster */
  readonly secretOfCluster: (() => Promise<Uint8Array | undefined>) | undefined
  /** undefined: the speaker is starting */
  readonly ground: () => ProbeGround | undefined
  readonly log: LogSink
  readonly signal: AbortSignal
}

const LOOK_AGAIN_MS = 5000

/** Undefined when nobody shall ask. @throws LbctlError when the address cannot be had, or there is no key */
export async function startProbes(options: ProbeSideOptions): Promise<ProbeServer | undefined> {
  const { settings, signal, log } = options
  const { probeListen } = settings
  if (probeListen === undefined) return undefined
  const secret = await findSecret(options)
  if (secret === undefined || signal.aborted) return undefined
  const kernel = await openKernel()
  const answer = async (addresses: readonly Ip[]): Promise<Answered> => ({
    ok: true,
    node: settings.nodeName,
    macs: await ownMacs(kernel.tables),
    findings: await findingsOf(addresses, options.ground(), (targets) =>
      scanLinks(targets, { ...kernel, signal }),
    ),
  })
  const server = await serveProbes({
    ...probeListen,
    key: probeKey(secret),
    answer,
    onFailure: (error) => {
      const message = error instanceof Error ? error.message : String(error)
      const text = `A question of the controller could not be answered: ${message}`
      log({ level: 'warn', caller: 'layer2', fields: { op: 'linkProbe', error: message }, text })
    },
  })
  const text = `The controller may ask on the links through ${probeListen.host}:${server.port}`
  log({
    level: 'info',
    caller: 'layer2',
    fields: { event: 'probesServed', port: server.port, msg: text },
    text,
  })
  return server
}

async function findSecret({
  settings,
  secretOfCluster,
  signal,
}: ProbeSideOptions): Promise<Uint8Array | undefined> {
  const own = settings.gossip === undefined ? undefined : gossipSecret(settings.gossip)
  if (own !== undefined) return own
  if (secretOfCluster === undefined)
    throw new LbctlError(
      'usage',
      '--probe-listen answers whoever knows the key of the gossip, and there is none.',
      {
        hints: ['Name its file with --ml-secret-key-path, and the address of the gossip with --ml-bindaddr.'],
      },
    )
  while (!signal.aborted) {
    const secret = await secretOfCluster()
    if (secret !== undefined) return secret
    // The controller makes it.
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS).unref()
    })
  }
  return undefined
}

async function findingsOf(
  addresses: readonly Ip[],
  ground: ProbeGround | undefined,
  scan: (targets: ReturnType<typeof planProbe>['targets']) => Promise<ReadonlyMap<string, ProbeFinding>>,
): Promise<ReadonlyMap<string, ProbeFinding>> {
  if (ground === undefined)
    return new Map(addresses.map((address) => [formatIp(address), { kind: 'failed', why: 'it is starting' }]))
  const { targets, unasked } = planProbe(addresses, ground)
  const known = [...unasked].map(([text, kind]) => [text, { kind } as ProbeFinding] as const)
  return new Map([...known, ...(await scan(targets))])
}
