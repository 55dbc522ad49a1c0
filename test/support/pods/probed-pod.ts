// The three probes of a container, as kubelet counts them. It looks ten times as often as the manifest says, so that a test takes a
// tenth of the time; what is killed for not answering has as long as the manifest gives it.
import { spawn } from 'node:child_process'

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: number; readonly host?: string }
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly failureThreshold: number
}

interface Probes {
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

const FASTER = 10

export class ProbedPod {
  readonly #probes: Probes
  readonly #ask: (probe: Probe) => Promise<boolean>
  readonly #nextMs = new Map<Probe, number>()
  readonly #failures = new Map<Probe, number>()
  #started = false
  ready = false
  /** failed its startup probe or its liveness probe as often as is allowed */
  mustBeKilled = false

  constructor(probes: Probes, ask: (probe: Probe) => Promise<boolean>) {
    this.#probes = probes
    this.#ask = ask
  }

  look(): void {
    const { startupProbe, livenessProbe, readinessProbe } = this.#probes
    for (const probe of this.#started ? [livenessProbe, readinessProbe] : [startupProbe]) {
      const now = performance.now()
      if ((this.#nextMs.get(probe) ?? 0) > now) continue
      this.#nextMs.set(probe, Number.POSITIVE_INFINITY)
      void this.#ask(probe).then((good) => {
        this.#nextMs.set(probe, now + (probe.periodSeconds * 1000) / FASTER)
        this.#count(probe, good)
      })
    }
  }

  #count(probe: Probe, good: boolean): void {
    const failures = good ? 0 : (this.#failures.get(probe) ?? 0) + 1
    this.#failures.set(probe, failures)
    const { startupProbe, readinessProbe } = this.#probes
    if (probe === startupProbe && good) this.#started = true
    if (probe === readinessProbe && good) this.ready = true
    if (probe === readinessProbe) this.ready = this.ready && failures < probe.failureThreshold
    else if (failures >= probe.failureThreshold * FASTER) this.mustBeKilled = true
  }
}

/** An httpGet probe from where kubelet of the node would ask. */
export function answers(
  place: { readonly namespace: string; readonly address: string },
  { httpGet, timeoutSeconds }: Probe,
): Promise<boolean> {
  const { host = place.address, port, path } = httpGet
  const ask = `exec 3<>"/dev/tcp/$0/$1"; printf 'GET %s HTTP/1.1\\r\\nHost: probe\\r\\nConnection: close\\r\\n\\r\\n' "$2" >&3; head -n 1 <&3`
  const words = ['timeout', String(timeoutSeconds), 'bash', '-c', ask, host, String(port), path]
  return new Promise((resolve) => {
    const child = spawn('ip', ['netns', 'exec', place.namespace, ...words], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let heard = ''
    child.stdout.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
    })
    child.on('error', () => resolve(false))
    child.on('close', () => resolve(/^HTTP\/1\.1 [23]\d\d /.test(heard)))
  })
}
