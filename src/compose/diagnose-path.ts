// `lbctl diagnose path` put together: words → rules of this host or of files → facts → the verdict.
import { exitCodeOf, type Verdict } from '../diagnose/judge.ts'
import type { AskedPath } from '../diagnose/path/collect-path.ts'
import type { PathFacts } from '../diagnose/path/path-facts.ts'
import { portText } from '../diagnose/path/path-words.ts'
import type { RuleText } from '../diagnose/path/rule-sources.ts'
import { shellWord } from '../diagnose/shell-word.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp, type Ip, type IpFamily, parseIp } from '../net/ip.ts'
import { readSources } from './files.ts'
import { openKernel } from './linux.ts'
import { type LookUp, pathTargets } from './path-targets.ts'

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
}

export interface PathOutcomes {
  /** at least one; of a name one for each address */
  readonly outcomes: readonly PathOutcome[]
  readonly exitCode: ExitCode
}

/** Of what iptables-save prints on a node with ten thousand Services there are some 30 MB. */
const MAX_RULES_BYTES = 512 * 1024 * 1024

/** @throws LbctlError */
export async function runPathDiagnosis(
  request: PathRequest,
  signal: AbortSignal,
  look?: LookUp,
): Promise<PathOutcomes> {
  const { questions, leftOut } = await questionsOf(request, look)
  const [follow, { judgePath }] = await Promise.all([
    request.bundle === undefined ? followRules(request, signal) : followBundle(request.bundle, request.node),
    import('../diagnose/path/path-diagnosis.ts'),
  ])
  const { facts, open } = await followed(questions, follow)
  const outcomes = facts.map((each, index) => {
    const verdict = judgePath(each)
    const notTested = index > 0 ? [] : [...leftOut, ...open]
    return { facts: each, verdict: { ...verdict, notTested: [...verdict.notTested, ...notTested] } }
  })
  return { outcomes, exitCode: exitCodeOf(outcomes.map(({ verdict }) => verdict)) }
}

type Follow = (asked: AskedPath) => PathFacts | Promise<PathFacts>

/** Of several addresses those that a bundle holds; of one the reason. @throws LbctlError */
async function followed(
  questions: readonly AskedPath[],
  follow: Follow,
): Promise<{ readonly facts: readonly PathFacts[]; readonly open: readonly string[] }> {
  const facts: PathFacts[] = []
  const errors: LbctlError[] = []
  for (const question of questions)
    try {
      facts.push(await follow(question))
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      errors.push(error)
    }
  const [first] = errors
  if (facts.length === 0 && first !== undefined) throw first
  return { facts, open: errors.map(({ message }) => message) }
}

/** The rules are read once for each family, and a file once. */
async function followRules(request: PathRequest, signal: AbortSignal): Promise<Follow> {
  const { rules = [], 'node-address': nodes = [] } = request
  const { pathFromFiles, pathOn, readMachineRules } = await import('../diagnose/path/collect-path.ts')
  if (rules.length > 0) {
    const texts = await ruleTexts(rules, signal)
    const own = nodes.map((text) => addressOf('node-address', text))
    return (asked) => pathFromFiles(asked, texts, own)
  }
  const around = await surroundings(request, signal)
  const read = new Map<IpFamily, ReturnType<typeof readMachineRules>>()
  return async (asked) => {
    const { family } = asked.target
    const known = read.get(family) ?? readMachineRules(family, around)
    read.set(family, known)
    return pathOn(asked, await known)
  }
}

/** @throws LbctlError `input`, then and for an address that the bundle holds nothing about */
async function followBundle(path: string, node: string | undefined): Promise<Follow> {
  const [{ readBundleFile }, { bundledPath }] = await Promise.all([
    import('./bundle/read-bundle-file.ts'),
    import('../diagnose/cluster/bundled-path.ts'),
  ])
  const facts = readBundleFile(path)
  return (asked) => {
    const found = bundledPath(facts, asked, node)
    if (found.ok) return found.value
    const { reason, hint } = found.error
    throw new LbctlError(
      'input',
      `${path} does not say what becomes of connections to ${asked.asked}: ${reason}.`,
      { facts: { path }, hints: [hint] },
    )
  }
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

interface Questions {
  readonly questions: readonly AskedPath[]
  /** addresses that nothing is asked about, as whole sentences */
  readonly leftOut: readonly string[]
}

async function questionsOf(request: PathRequest, look: LookUp | undefined): Promise<Questions> {
  const written = request.address.trim()
  const { name, addresses, port } = await pathTargets(written, look)
  if (port !== undefined && request.port !== undefined && port !== request.port)
    throw new LbctlError('usage', `${written} and --port=${request.port} contradict each other.`)
  const client = request.from === undefined ? undefined : addressOf('from', request.from)
  const asked = addresses.filter(({ family }) => client === undefined || client.family === family)
  if (client !== undefined && asked.length === 0)
    throw new LbctlError(
      'usage',
      `--from takes an IPv${client.family === 4 ? 6 : 4} address here, as ${name} has no other: not "${request.from}".`,
    )
  const several = addresses.length > 1
  return {
    questions: asked.map((target) => ({
      asked: several ? formatIp(target) : request.address,
      target,
      port: port ?? request.port,
      protocol: request.udp ? 'udp' : 'tcp',
      client,
      inInterface: request.interface,
    })),
    leftOut: addresses
      .filter((each) => !asked.includes(each))
      .map(
        (each) =>
          `${formatIp(each)}, which ${name} stands for, too: no client with an IPv${client?.family} address gets there. Without --from: lbctl diagnose path ${commandTarget(each, port ?? request.port)}`,
      ),
  }
}

const commandTarget = (address: Ip, port: number | undefined): string =>
  port === undefined
    ? formatIp(address)
    : shellWord(portText({ address: formatIp(address), family: address.family }, port))

function addressOf(flag: string, text: string): Ip {
  const parsed = parseIp(text.trim())
  if (parsed !== undefined) return parsed
  throw new LbctlError('usage', `--${flag} takes an IP address, not "${text}".`)
}
