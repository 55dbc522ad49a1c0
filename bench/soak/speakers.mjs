// The speakers as processes: the first one lives through all of it, so that its memory tells of leaks; the others come and go.
import { usage } from './lab.mjs'

const SAMPLE_MS = 5_000
const END_MS = 10_000
const SIGTERM_CODE = 143

export class Speakers {
  #lab
  #judge
  #hosts
  #running = new Map()
  #expected = new Set()
  samples = []
  violations = []
  counts = { stopped: 0, killed: 0, started: 0 }
  slowestStopMs = 0

  constructor(lab, judge, hosts) {
    this.#lab = lab
    this.#judge = judge
    this.#hosts = hosts
    for (const name of Object.keys(hosts)) this.#start(name)
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
    console.log(`VIOLATION ${name} ${text}: ${trouble}`)
  }

  /** One that is there goes, one that is not comes. */
  async change(random) {
    const names = Object.keys(this.#hosts).slice(1)
    const name = names[Math.floor(random() * names.length)]
    const child = this.#running.get(name)
    this.#judge.membersChanged()
    if (child === undefined) this.#start(name)
    else await this.#end(child, random() < 0.5 ? 'SIGKILL' : 'SIGTERM')
    this.#judge.membersChanged()
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
    const [first] = this.#running.values()
    try {
      this.samples.push({ atMs: performance.now(), ...usage(first) })
    } catch {
      // It is told elsewhere that it ended.
    }
  }

  async endAll() {
    clearInterval(this.timer)
    await Promise.all([...this.#running.values()].map((child) => this.#end(child, 'SIGTERM')))
  }
}

/** Megabytes per hour: the line through the samples with the least squares. */
export function slope(samples) {
  const mean = (of) => samples.reduce((sum, each) => sum + of(each), 0) / samples.length
  const [x, y] = [mean(({ atMs }) => atMs), mean(({ megabytes }) => megabytes)]
  const top = mean(({ atMs, megabytes }) => (atMs - x) * (megabytes - y))
  const bottom = mean(({ atMs }) => (atMs - x) ** 2)
  return (top / bottom) * 3_600_000
}
