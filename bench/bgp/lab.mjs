// Two namespaces and a cable: speakers of the bench are at 192.0.2.1, what they send to at 192.0.2.2.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { codeCacheOf } from '../../scripts/code-cache.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const SPEAKER = { address: '192.0.2.1', asn: 64513 }
export const RECEIVER = { address: '192.0.2.2', asn: 64512 }

const PROGRAMS = ['ip', 'gcc', 'tcpdump', 'gobgpd', 'gobgp', 'exabgp', 'bird', 'vtysh']

export function whyNot() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid() !== 0) return 'it needs root for network namespaces'
  const missing = PROGRAMS.find((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0)
  return missing === undefined ? undefined : `the program ${missing} is missing`
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export class Lab {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
  namespaces = { speaker: `lb${process.pid}bgp0`, receiver: `lb${process.pid}bgp1` }
  #bundles = mkdtempSync(join(root, 'node_modules/.lbctl-bench-'))
  #children = new Set()

  constructor() {
    process.on('exit', () => this.#cleanUp())
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
    const { speaker, receiver } = this.namespaces
    const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    for (const namespace of [speaker, receiver]) ip('netns', 'add', namespace)
    ip('-n', speaker, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', receiver)
    for (const [namespace, { address }] of [
      [speaker, SPEAKER],
      [receiver, RECEIVER],
    ]) {
      ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
      for (const link of ['lo', 'eth0']) ip('-n', namespace, 'link', 'set', link, 'up')
    }
    execFileSync('gcc', ['-O2', '-o', join(this.folder, 'sink'), join(root, 'bench/bgp/sink.c')], {
      stdio: 'inherit',
    })
  }

  file(name) {
    return join(this.folder, name)
  }

  /** The path of a socket that a program will make; one that was killed has left its own there. */
  freshSocket(name) {
    rmSync(this.file(name), { force: true })
    return this.file(name)
  }

  /** Our speaker, bundled and compiled as the commands are, where it finds koffi: what Node is to run. */
  async bundle() {
    const [start, speaker] = ['start.cjs', 'speaker.cjs'].map((name) => join(this.#bundles, name))
    const common = {
      ...{ absWorkingDir: root, bundle: true, format: 'cjs', platform: 'node', target: 'node20.19' },
      ...{ minify: true, write: false, external: ['koffi', '@koromix/koffi-*'], logLevel: 'warning' },
      // What V8 compiled beforehand knows no import() and no address of its own.
      ...{ supported: { 'dynamic-import': false }, define: { 'import.meta.url': 'ownUrl' } },
      banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;' },
    }
    const starter = `import { loadPack } from './src/compose/load-pack.ts'; loadPack(${JSON.stringify(speaker)})`
    const [starting, speaking] = await Promise.all([
      build({ ...common, stdin: { contents: starter, resolveDir: root } }),
      build({ ...common, entryPoints: ['bench/bgp/speaker.mjs'] }),
    ])
    const { text } = speaking.outputFiles[0]
    writeFileSync(start, starting.outputFiles[0].text)
    writeFileSync(speaker, text)
    writeFileSync(`${speaker}.cache`, codeCacheOf(text))
    return start
  }

  /** A program in a namespace. `lines` are those of stdout; `log` is all that it says on stderr. */
  start(side, program, args, { env = {} } = {}) {
    const child = spawn('ip', ['netns', 'exec', this.namespaces[side], program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#children.add(child)
    const running = { pid: child.pid, lines: [], log: '', stdin: child.stdin, exited: false }
    createInterface({ input: child.stdout }).on('line', (line) => running.lines.push(line))
    child.stderr.on('data', (text) => {
      running.log += text
    })
    const exit = new Promise((resolve) => child.once('exit', resolve)).then(() => {
      running.exited = true
      this.#children.delete(child)
    })
    running.stop = async () => {
      child.kill('SIGKILL')
      await exit
    }
    return running
  }

  /** Waits for a line that begins with a word; its other words. */
  async line(running, word, deadlineMs = 180_000) {
    const end = Date.now() + deadlineMs
    for (;;) {
      const found = running.lines.find((line) => line.startsWith(word))
      if (found !== undefined) return found.split(' ').slice(1)
      if (running.exited) throw new Error(`it ended before "${word}": ${running.log}`)
      if (Date.now() > end) throw new Error(`no "${word}" in time: ${running.log.slice(-500)}`)
      await pause(1)
    }
  }

  run(side, program, ...args) {
    return execFileSync('ip', ['netns', 'exec', this.namespaces[side], program, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    })
  }

  #cleanUp() {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const namespace of Object.values(this.namespaces))
      spawnSync('ip', ['netns', 'delete', namespace], { stdio: 'ignore' })
    for (const folder of [this.folder, this.#bundles]) rmSync(folder, { recursive: true, force: true })
  }
}

/** The most memory that a process ever had, in megabytes. */
export const peakRssMb = (pid) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024

/** What a process has used of the processors, in milliseconds. */
export function cpuMs(pid) {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  return nanoseconds / 1e6
}
