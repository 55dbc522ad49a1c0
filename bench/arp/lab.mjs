// Two namespaces and a veth pair for each responder: the kernel, the C loop, and lbctl's Worker, 1,000 addresses each.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const ADDRESSES = 1000

export function whyNot() {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`
  if (process.getuid() !== 0) return 'it needs root for network namespaces'
  for (const program of ['ip', 'gcc', 'taskset'])
    if (spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0)
      return `the program ${program} is missing`
  return undefined
}

export function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

export class Lab {
  client = `lb${process.pid}x0`
  #folder = mkdtempSync(join(tmpdir(), 'lbctl-bench-'))
  #bundles = mkdtempSync(join(root, 'node_modules/.lbctl-bench-'))
  #namespaces = []
  #children = []
  #load

  constructor() {
    process.on('exit', () => this.#cleanUp())
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
    this.#load = this.#compile('load')
    ip('netns', 'add', this.client)
    this.#namespaces.push(this.client)
  }

  #compile(name) {
    const output = join(this.#folder, name)
    execFileSync('gcc', ['-O2', '-o', output, join(root, `bench/arp/${name}.c`)], { stdio: 'inherit' })
    return output
  }

  /** A namespace with one end of a veth pair, the other one with the client. */
  #connect(number) {
    const namespace = `lb${process.pid}x${number}`
    const { client } = this
    ip('netns', 'add', namespace)
    this.#namespaces.push(namespace)
    ip('-n', client, 'link', 'add', `c${number}`, 'type', 'veth', 'peer', 'name', 'n0', 'netns', namespace)
    ip('-n', client, 'link', 'set', `c${number}`, 'up')
    ip('-n', namespace, 'link', 'set', 'n0', 'up')
    return { namespace, link: `c${number}`, first: `10.${number}.0.1` }
  }

  kernel(number) {
    const place = this.#connect(number)
    const batch = join(this.#folder, 'addresses')
    const lines = Array.from({ length: ADDRESSES }, (_, i) => {
      const last = i + 1
      return `addr add 10.${number}.${last >> 8}.${last & 255}/16 dev n0\n`
    })
    writeFileSync(batch, lines.join(''))
    ip('-n', place.namespace, '-batch', batch)
    return { name: 'kernel', ...place }
  }

  loop(number) {
    return this.#process(number, 'C loop', [this.#compile('loop')], [])
  }

  /** The worker from the sources, bundled. */
  async worker(number) {
    const outputs = { host: 'bench/arp/worker-host.mjs', worker: 'src/linux/responder/worker.ts' }
    await build({
      absWorkingDir: root,
      entryPoints: Object.entries(outputs).map(([out, entry]) => ({ in: entry, out })),
      outdir: this.#bundles,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      external: ['koffi'],
      logLevel: 'error',
    })
    const url = pathToFileURL(join(this.#bundles, 'worker.mjs')).href
    return this.#process(number, 'lbctl', [process.execPath, join(this.#bundles, 'host.mjs')], [url])
  }

  async #process(number, name, before, after) {
    const place = this.#connect(number)
    const words = [...before, 'n0', place.first, String(ADDRESSES), ...after]
    const child = spawn('ip', ['netns', 'exec', place.namespace, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#children.push(child)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const expectLine = async (line) => {
      const { value } = await lines.next()
      if (value !== line) throw new Error(`${name} said ${value} instead of ${line}`)
    }
    await expectLine('ready')
    const say = async (line) => {
      child.stdin.write(`${line}\n`)
      await expectLine(line)
    }
    return { name, pid: child.pid, say, ...place }
  }

  /** @param cpu of the load generator; undefined: as the scheduler likes. @returns what bench/arp/load.c prints */
  ask({ link, first }, cpu, ...words) {
    const pin = cpu === undefined ? [] : ['taskset', '-c', String(cpu)]
    const command = [
      ...pin,
      this.#load,
      link,
      words[0],
      first,
      String(ADDRESSES),
      ...words.slice(1).map(String),
    ]
    return new Promise((resolve, reject) => {
      const child = spawn('ip', ['netns', 'exec', this.client, ...command], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      child.stdout.on('data', (text) => {
        output += text
      })
      child.on('close', (code) =>
        code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`load ended with ${code}`)),
      )
    })
  }

  #cleanUp() {
    for (const child of this.#children) child.kill('SIGKILL')
    for (const namespace of this.#namespaces) spawnSync('ip', ['netns', 'delete', namespace])
    rmSync(this.#folder, { recursive: true, force: true })
    rmSync(this.#bundles, { recursive: true, force: true })
  }
}

const everyCpu = `0-${cpus().length - 1}`

/** All threads of a responder onto one processor, or on all. */
export function pin({ pid }, cpu) {
  if (pid === undefined) return
  execFileSync('taskset', ['-a', '-p', '-c', String(cpu ?? everyCpu), String(pid)], { stdio: 'ignore' })
}

/** One thread only. */
export function pinThread(thread, cpu) {
  execFileSync('taskset', ['-p', '-c', String(cpu), String(thread)], { stdio: 'ignore' })
}

/** Thread → milliseconds that it has run, as the scheduler counts them, in nanoseconds. */
export function threadTimes({ pid }) {
  const threads = readdirSync(`/proc/${pid}/task`)
  return new Map(
    threads.map((thread) => {
      const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
      return [thread, Number(ran) / 1e6]
    }),
  )
}

/** Milliseconds of processor time that a responder has used. */
export const processorTime = (responder) =>
  [...threadTimes(responder).values()].reduce((sum, each) => sum + each, 0)
