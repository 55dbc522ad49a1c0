// A segment with hosts for the tests of diagnose: each host is a namespace with one card on a bridge.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LinkFacts } from '../../src/diagnose/facts/link-facts.ts'
import { type Outcome, type RunOptions, run, runJs } from '../support/cli.ts'
import type { NetLab } from '../support/namespaces.ts'

export interface JsonReport<F = LinkFacts> {
  readonly status: string
  readonly summary: string
  readonly findings: readonly {
    readonly code: string
    readonly title: string
    readonly severity: string
    readonly confidence: string
    readonly evidence: readonly string[]
    readonly cause: string
    readonly fix: readonly {
      readonly text: string
      readonly command: string | null
      readonly configuration: readonly string[] | null
    }[]
    readonly docs: string
    readonly vantage: string
    readonly notTested: readonly string[]
    readonly candidates: readonly string[]
  }[]
  readonly checks: readonly { readonly id: string; readonly result: string; readonly text: string }[]
  readonly notTested: readonly string[]
  readonly facts: F
}

export class Segment {
  readonly lab: NetLab
  readonly bridge: string
  #ports = 0
  readonly #folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-'))

  constructor(lab: NetLab) {
    this.lab = lab
    this.bridge = lab.namespace()
    lab.bridge(this.bridge, 'br0', [])
  }

  /** A namespace with `eth0` on the segment. */
  host(addresses: readonly string[], options: { duplicateDetection?: boolean } = {}): string {
    const name = this.lab.namespace(options)
    this.plug(name, 'eth0')
    for (const address of addresses) this.lab.ip(name, `addr add ${address} dev eth0`)
    return name
  }

  /** One more card of a host on the segment; returns the name of the bridge's port. */
  plug(host: string, card: string): string {
    const port = `port${++this.#ports}`
    this.lab.connect([host, card], [this.bridge, port])
    this.lab.ip(this.bridge, `link set dev ${port} master br0`)
    return port
  }

  mac(host: string, card = 'eth0'): string {
    const [link] = this.lab.ipJson<{ address: string }[]>(host, `link show dev ${card}`)
    return link?.address ?? ''
  }

  file(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text)
    return path
  }

  destroy(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** `lbctl diagnose …` on a host. */
export const diagnose = (host: string, words: string, options: RunOptions = {}): Promise<Outcome> =>
  run('ip', ['netns', 'exec', host, process.execPath, runJs, 'diagnose', ...words.split(' ')], options)

/** The same as somebody without any right. */
export const diagnoseAsNobody = (host: string, words: string): Promise<Outcome> => {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--inh-caps=-all']
  const command = [...nobody, process.execPath, runJs, 'diagnose', ...words.split(' ')]
  return run('ip', ['netns', 'exec', host, ...command])
}

export interface Judged<F = LinkFacts> {
  readonly code: number | null
  /** the first report */
  readonly json: JsonReport<F>
  readonly all: readonly JsonReport<F>[]
  readonly codes: readonly string[]
}

/** In JSON; a document that is not one fails here. */
export async function judged<F = LinkFacts>(outcome: Promise<Outcome>): Promise<Judged<F>> {
  const { stdout, stderr, code } = await outcome
  let document: { readonly reports?: readonly JsonReport<F>[]; readonly exitCode: number }
  try {
    document = JSON.parse(stdout)
  } catch {
    throw new Error(`not JSON (exit code ${code}):\n${stdout}${stderr}`)
  }
  const { reports: all = [] } = document
  const [json] = all
  if (json === undefined || document.exitCode !== code)
    throw new Error(`exit code ${code} differs from the document:\n${stdout}${stderr}`)
  return { code, json, all, codes: json.findings.map((finding) => finding.code) }
}
