// Two or three namespaces: a speaker, whoever is at the other end of its link, and bird with a link of its own to the same neighbour.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { addressOf } from './files.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const runJs = join(root, 'bin/run.js')

export const isInstalled = (program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0

export function whyNot() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid() !== 0) return 'it needs root for network namespaces'
  const missing = ['ip', 'nsenter', 'tcpdump'].find((program) => !isInstalled(program))
  return missing === undefined ? undefined : `the program ${missing} is missing`
}

export class Lab {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
  speaker = `lb${process.pid}s`
  neighbour = `lb${process.pid}n`
  bird = `lb${process.pid}b`
  #children = new Set()

  constructor() {
    process.on('exit', () => this.#cleanUp())
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
    for (const name of [this.speaker, this.neighbour, this.bird]) {
      ip('netns', 'add', name)
      ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    this.#connect(this.speaker, 'sink0', '10.9.0')
    this.#connect(this.bird, 'sink1', '10.8.0')
  }

  /** `eth0` there, `link` at the neighbour. */
  #connect(namespace, link, network) {
    ip('-n', namespace, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', link, 'netns', this.neighbour)
    ip('-n', namespace, 'address', 'add', `${network}.1/24`, 'dev', 'eth0')
    ip('-n', this.neighbour, 'address', 'add', `${network}.2/24`, 'dev', link)
    ip('-n', namespace, 'link', 'set', 'eth0', 'up')
    ip('-n', this.neighbour, 'link', 'set', link, 'up')
  }

  #spawn(namespace, command, stdio) {
    const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, ...command], { stdio })
    this.#children.add(child)
    child.on('exit', () => this.#children.delete(child))
    return child
  }

  startSpeaker(files) {
    const words = ['-f', files, '--node-name', 'bench', '--state-dir', join(this.folder, 'state')]
    const command = [process.execPath, runJs, 'speaker', 'run', ...words, '--metrics-addr', 'none']
    return this.#spawn(this.speaker, command, ['ignore', 'ignore', 'inherit'])
  }

  /** Milliseconds from the start of bare Node to its end. */
  bareNode() {
    const start = performance.now()
    spawnSync('nsenter', [`--net=/run/netns/${this.speaker}`, process.execPath, '-e', '0'])
    return performance.now() - start
  }

  async end(child) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }

  /** @returns `counted(from, count)`: when so many prefixes had come from there */
  async startSink() {
    const sink = join(root, 'bench/speaker/sink.mjs')
    const child = this.#spawn(this.neighbour, [process.execPath, sink], ['ignore', 'pipe', 'inherit'])
    const waiting = new Set()
    const ready = new Promise((resolve) => waiting.add((said) => said.ready && resolve()))
    createInterface({ input: child.stdout }).on('line', (line) => {
      for (const each of waiting) each(JSON.parse(line))
    })
    await ready
    return {
      end: () => this.end(child),
      counted: (from, count) =>
        new Promise((resolve) => {
          const look = (said) => {
            if (said.from?.endsWith(from) !== true || said.count < count) return
            waiting.delete(look)
            resolve(said.atMs)
          }
          waiting.add(look)
        }),
    }
  }

  /** bird with the same routes; `change` is to it what the rename of a Service's file is to a speaker. */
  startBird(count) {
    const file = join(this.folder, 'bird.conf')
    const control = join(this.folder, 'bird.ctl')
    const turns = new Array(count).fill(0)
    const write = (path) => writeFileSync(path, birdConfiguration(turns))
    write(file)
    const command = ['bird', '-f', '-c', file, '-s', control, '-P', join(this.folder, 'bird.pid')]
    const child = this.#spawn(this.bird, command, 'ignore')
    return {
      end: () => this.end(child),
      prepare: (i) => {
        turns[i]++
        write(`${file}.new`)
        const inForce = () => {
          renameSync(`${file}.new`, file)
          const socket = connect(control, () => socket.write('configure\n'))
          socket.on('data', (text) => /^0003|^0004|^8002/m.test(String(text)) && socket.destroy())
        }
        return { address: addressOf(i, turns[i]), inForce }
      },
    }
  }

  #cleanUp() {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const name of [this.speaker, this.neighbour, this.bird]) spawnSync('ip', ['netns', 'delete', name])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

const birdConfiguration = (turns) => `router id 10.8.0.1;
protocol device {}
protocol static {
  ipv4;
${turns.map((turn, i) => `  route ${addressOf(i, turn)}/32 blackhole;`).join('\n')}
}
protocol bgp {
  local 10.8.0.1 as 64500;
  neighbor 10.8.0.2 as 64501;
  connect delay time 1;
  ipv4 { import none; export all; next hop self; };
}
`

/** Megabytes: what is resident now, and the most that ever was. */
export function memory({ pid }) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
}

/** Milliseconds of processor time of all threads, as the scheduler counts them. */
export function processorMs({ pid }) {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(words[11]) + Number(words[12])) * 10
}
