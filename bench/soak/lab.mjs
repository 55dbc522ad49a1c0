// A switch, three hosts with speakers that read the same files, and a host that asks for addresses.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TROUBLE_BYTES = 4_000

export function whyNot() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid() !== 0) return 'it needs root for network namespaces'
  return undefined
}

export class Lab {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-soak-'))
  files = join(this.folder, 'announce')
  #bundle = mkdtempSync(join(root, 'node_modules/.lbctl-soak-'))
  #namespaces = []
  #children = new Set()

  constructor() {
    process.on('exit', () => this.#cleanUp())
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
    mkdirSync(this.files)
    this.#namespace('switch')
    ip('-n', this.#name('switch'), 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0')
    ip('-n', this.#name('switch'), 'link', 'set', 'br0', 'up')
  }

  #name = (of) => `lb${process.pid}${of}`

  #namespace(of) {
    ip('netns', 'add', this.#name(of))
    this.#namespaces.push(this.#name(of))
    ip('-n', this.#name(of), 'link', 'set', 'lo', 'up')
  }

  /** A host on the switch. */
  host(name, address) {
    const [here, there] = [this.#name('switch'), this.#name(name)]
    this.#namespace(name)
    ip('-n', here, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', there)
    ip('-n', here, 'link', 'set', name, 'master', 'br0', 'up')
    ip('-n', there, 'address', 'add', `${address}/16`, 'dev', 'eth0')
    ip('-n', there, 'link', 'set', 'eth0', 'up')
  }

  #spawn(host, command, stdio) {
    const child = spawn('nsenter', [`--net=/run/netns/${this.#name(host)}`, ...command], { stdio })
    this.#children.add(child)
    child.on('exit', () => this.#children.delete(child))
    return child
  }

  /** @returns the process; `trouble` is the end of what it said on stderr */
  startSpeaker(host, address) {
    const words = ['-f', this.files, '--node-name', host, '--state-dir', join(this.folder, `state-${host}`)]
    const more = ['--ml-bindaddr', address, '--metrics-addr', 'none', '--log-level', 'error']
    const command = [process.execPath, join(root, 'bin/run.js'), 'speaker', 'run', ...words, ...more]
    const child = this.#spawn(host, command, ['ignore', 'pipe', 'pipe'])
    child.trouble = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        child.trouble = (child.trouble + text).slice(-TROUBLE_BYTES)
      })
    return child
  }

  /** @param onReply called with address and MAC. @returns `ask(addresses)` */
  async startProber(host, address, onReply) {
    const outfile = join(this.#bundle, 'prober.mjs')
    await build({
      entryPoints: [join(root, 'bench/soak/prober.mjs')],
      ...{ outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20.19' },
      ...{ external: ['koffi'], logLevel: 'error' },
    })
    const child = this.#spawn(host, [process.execPath, outfile, 'eth0', address], ['pipe', 'pipe', 'inherit'])
    await new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve()
        else onReply(JSON.parse(line))
      })
    })
    return (addresses) => child.stdin.write(`${JSON.stringify(addresses)}\n`)
  }

  #cleanUp() {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const name of this.#namespaces) spawnSync('ip', ['netns', 'delete', name])
    for (const folder of [this.folder, this.#bundle]) rmSync(folder, { recursive: true, force: true })
  }
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Megabytes and open files of a process. */
export function usage({ pid }) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  return { megabytes, files: readdirSync(`/proc/${pid}/fd`).length }
}
