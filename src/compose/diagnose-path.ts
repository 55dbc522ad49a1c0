// `lbctl diagnose path` put together: words → rules of this host or of files → facts → the verdict.
import { exitCodeOf, type Verdict } from '../diagnose/judge.ts'
import { type AskedPath, addressAndPort } from '../diagnose/path/collect-path.ts'
import type { PathFacts } from '../diagnose/path/path-facts.ts'
import type { RuleText } from '../diagnose/path/rule-sources.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, type IpFamily, parseIp } from '../net/ip.ts'
import { resolveTargets } from './diagnose-target.ts'
import { readSources } from './files.ts'
import { openKernel } from './linux.ts'

export interface PathRequest {
  readonly address: string
  readonly rules?: readonly string[] | undefined
  readonly 'node-address'?: readonly string[] | undefined
  readonly bundle?: string | undefined
  readonly node?: string | undefined
  readonly port?: number | undefined
  readonly udp: boolean
  readonly from?: string | undefined
  readonly interface?: string | undefined
  readonly netns?: string | undefined
}

export interface PathOutcome {
  readonly verdict: Verdict
  readonly facts: PathFacts
  readonly exitCode: ExitCode
}

/** Of what iptables-save prints on a node with ten thousand Services there are some 30 MB. */
const MAX_RULES_BYTES = 512 * 1024 * 1024

/** @throws LbctlError */
export async function runPathDiagnosis(request: PathRequest, signal: AbortSignal): Promise<PathOutcome> {
  const asked = await questionOf(request)
  const [collecting, { judgePath }] = await Promise.all([
    import('../diagnose/path/collect-path.ts'),
    import('../diagnose/path/path-diagnosis.ts'),
  ])
  const { rules = [], 'node-address': nodes = [] } = request
  const facts =
    request.bundle !== undefined
      ? await ofBundle(request.bundle, asked, request.node)
      : rules.length > 0
        ? collecting.pathFromFiles(
            asked,
            await ruleTexts(rules, signal),
            nodes.map((text) => addressOf('node-address', text)),
          )
        : await collecting.collectPath(asked, await surroundings(request, signal))
  const verdict = judgePath(facts)
  return { facts, verdict, exitCode: exitCodeOf([verdict]) }
}

/** @throws LbctlError `input` for a bundle that does not hold the answer */
async function ofBundle(path: string, asked: AskedPath, node: string | undefined): Promise<PathFacts> {
  const [{ readBundleFile }, { bundledPath }] = await Promise.all([
    import('./bundle/read-bundle-file.ts'),
    import('../diagnose/cluster/bundled-path.ts'),
  ])
  const found = bundledPath(readBundleFile(path), asked, node)
  if (found.ok) return found.value
  const { reason, hint } = found.error
  throw new LbctlError(
    'input',
    `${path} does not say what becomes of connections to ${asked.asked}: ${reason}.`,
    {
      facts: { path },
      hints: [hint],
    },
  )
}

async function surroundings({ netns }: PathRequest, signal: AbortSignal) {
  const around = await openKernel({ netns })
  const { rulePrograms } = await import('../linux/rule-programs.ts')
  return { ...around, programs: rulePrograms({ permitted: around.rights.has('CAP_NET_ADMIN'), signal }) }
}

async function ruleTexts(paths: readonly string[], signal: AbortSignal): Promise<RuleText[]> {
  const { sources, diagnostics } = await readSources(paths, { signal, maxBytes: MAX_RULES_BYTES })
  const [unreadable] = diagnostics
  if (unreadable !== undefined)
    throw new LbctlError('input', `${unreadable.at?.source.name ?? 'A file'}: ${unreadable.message}`)
  return sources.map(({ name, text }) => ({ name, text }))
}

async function questionOf(request: PathRequest): Promise<AskedPath> {
  const written = request.address.trim()
  const found = addressAndPort(written) ?? (await byName(written))
  if (found.port !== undefined && request.port !== undefined && found.port !== request.port)
    throw new LbctlError('usage', `${written} and --port=${request.port} contradict each other.`)
  return {
    asked: request.address,
    target: found.address,
    port: found.port ?? request.port,
    protocol: request.udp ? 'udp' : 'tcp',
    client: request.from === undefined ? undefined : addressOf('from', request.from, found.address.family),
    inInterface: request.interface,
  }
}

/** `web.example.org:443` */
async function byName(written: string): Promise<{ address: Ip; port: number | undefined }> {
  const [, name = written, digits] = /^(.*?)(?::(\d+))?$/.exec(written) ?? []
  const [target] = await resolveTargets(name, 4).catch(() => resolveTargets(name, 6))
  if (target === undefined) throw new LbctlError('usage', `${name} has no address.`)
  return { address: target.address, port: digits === undefined ? undefined : Number(digits) }
}

function addressOf(flag: string, text: string, family?: IpFamily): Ip {
  const parsed = parseIp(text.trim())
  if (parsed !== undefined && (family === undefined || parsed.family === family)) return parsed
  throw new LbctlError(
    'usage',
    `--${flag} takes an IP${family === undefined ? '' : `v${family}`} address, not "${text}".`,
  )
}
