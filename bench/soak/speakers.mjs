// The speakers as processes: the first one lives through all of it, so that its memory tells of leaks; the others come and go.
import { usage } from './lab.mjs'

const SAMPLE_MS = 5_000
const END_MS = 10_000
const SIGTERM_CODE = 143

export class Speakers {
  #lab
  #onMember
  #hosts
  #first
  #running = new Map()
  #expected = new Set()
  samples = []
  violations = []
  counts = { stopped: 0, killed: 0, started: 0 }
  slowestStopMs = 0

  /** @param onMember called with 'started', 'stopped' or 'killed' when that has happened, or begins to */
  constructor(lab, hosts, onMember) {
    this.#lab = lab
    this.#onMember = onMember
    this.#hosts = hosts
    for (const name of Object.keys(hosts)) this.#start(name)
    this.#first = this.#running.get(Object.keys(hosts)[0])
    this.timer = setInterval(() => this.#sample(), SAMPLE_MS)
  }

  #start(name) {
    const child = this.#lab.startSpeaker(name, this.#hosts[name])
    this.#running.set(name, child)
    this.counts.started++
    child.on('exit', (code, signal) => {
      if (!this.#expected.delete(child))
        this.#violation(name, `ended by itself with ${code ?? signal}`, child)
      else if (signal !== 'SIGKILL' && code !== SIGTERM_CODE)
        this.#violation(name, `ended with ${code ?? signal} on SIGTERM`, child)
      this.#running.delete(name)
    })
  }

  #violation(name, text, { trouble }) {
    this.violations.push(`${name} ${text}: ${trouble}`)
  }

  /** One that is there goes, one that is not comes. */
  async change(random) {
    const names = Object.keys(this.#hosts).slice(1)
    const name = names[Math.floor(random() * names.length)]
    const child = this.#running.get(name)
    const how = child === undefined ? 'started' : random() < 0.5 ? 'killed' : 'stopped'
    this.#onMember(how)
    if (child === undefined) this.#start(name)
    else await this.#end(child, how === 'killed' ? 'SIGKILL' : 'SIGTERM')
    this.#onMember(how)
  }

  async #end(child, signal) {
    const start = performance.now()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    this.#expected.add(child)
    child.kill(signal)
    this.counts[signal === 'SIGKILL' ? 'killed' : 'stopped']++
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await ended
    clearTimeout(late)
    if (signal === 'SIGTERM') this.slowestStopMs = Math.max(this.slowestStopMs, performance.now() - start)
  }

  #sample() {
    // That it ended is told elsewhere.
    if (this.#first.exitCode === null && this.#first.signalCode === null)
      this.samples.push({ atMs: performance.now(), ...usage(this.#first) })
  }

  async endAll() {
    clearInterval(this.timer)
    await Promise.all([...this.#running.values()].map((child) => this.#end(child, 'SIGTERM')))
  }
}
