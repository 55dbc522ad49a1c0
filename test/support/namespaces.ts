// Network namespaces for interop tests: uniquely named (others share the machine), always deleted.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, it } from 'vitest'
import { type Libc, loadLibc } from '../../src/linux/libc.ts'
import { Reaper } from './reaper.ts'

const CLONE_NEWNET = 0x40000000
const run = promisify(execFile)

/** Why these tests cannot run here; undefined when they can. */
export function missingForInterop(programs: readonly string[] = []): string | undefined {
  if (process.platform !== 'linux') return `network namespaces need Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  for (const program of ['ip', ...programs]) {
    try {
      execFileSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' })
    } catch {
      return `the program ${program} is not installed`
    }
  }
  return undefined
}

/** A describe that is skipped, with the reason printed, where it cannot run; with LBCTL_REQUIRE_INTEROP=1 it fails instead. */
export function describeInterop(name: string, programs: readonly string[], tests: () => void): void {
  const missing = missingForInterop(programs)
  if (missing === undefined) describe(name, tests)
  else if (process.env['LBCTL_REQUIRE_INTEROP'] === '1')
    it(name, () => {
      throw new Error(`cannot run: ${missing}`)
    })
  else {
    console.warn(`skipped: ${name}: ${missing}`)
    describe.skip(name, tests)
  }
}

let made = 0

/**
 * Namespaces and what connects them. Call `destroy` in afterAll; it also runs when the process exits, and a reaper does the
 * same when the process is killed.
 */
export class NetLab {
  readonly #reaper = new Reaper()
  readonly #namespaces: string[] = []
  readonly #folders: string[] = []
  readonly #children: ChildProcess[] = []
  readonly #onExit = () => this.#deleteAll()
  readonly #libc: Libc

  private constructor(libc: Libc) {
    this.#libc = libc
    process.on('exit', this.#onExit)
  }

  static async create(): Promise<NetLab> {
    return new NetLab(await loadLibc())
  }

  /** A new namespace with loopback up. IPv6 addresses are usable at once unless `duplicateDetection` is set. */
  namespace(options: { duplicateDetection?: boolean } = {}): string {
    const name = `lb${process.pid}x${++made}`
    this.#reaper.remember('namespace', name)
    execFileSync('ip', ['netns', 'add', name])
    this.#namespaces.push(name)
    if (options.duplicateDetection !== true)
      for (const where of ['all', 'default'])
        this.run(name, 'sysctl', '-qw', `net.ipv6.conf.${where}.accept_dad=0`)
    this.ip(name, 'link set lo up')
    return name
  }

  /** A folder that is deleted with everything else. */
  owns(folder: string): string {
    this.#reaper.remember('folder', folder)
    this.#folders.push(folder)
    return folder
  }

  /** A veth pair between two namespaces, both ends up. */
  connect(
    a: readonly [namespace: string, link: string],
    b: readonly [namespace: string, link: string],
  ): void {
    this.ip(a[0], `link add ${a[1]} type veth peer name ${b[1]} netns ${b[0]}`)
    this.ip(a[0], `link set ${a[1]} up`)
    this.ip(b[0], `link set ${b[1]} up`)
  }

  /** A bridge in `namespace` with the named links in it. */
  bridge(namespace: string, name: string, ports: readonly string[], options = ''): void {
    this.ip(namespace, `link add ${name} type bridge ${options}`.trim())
    for (const port of ports) this.ip(namespace, `link set ${port} master ${name}`)
    this.ip(namespace, `link set ${name} up`)
  }

  /** `ip` with the words of one line. */
  ip(namespace: string, words: string): string {
    return execFileSync('ip', ['-n', namespace, ...words.split(' ')], { encoding: 'utf8' })
  }

  ipJson<T>(namespace: string, words: string): T {
    return JSON.parse(this.ip(namespace, `-j -d ${words}`)) as T
  }

  /** Standard output of a program that ran inside; throws when it fails. */
  run(namespace: string, program: string, ...args: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', namespace, program, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  }

  /** The same without waiting, for programs that talk to this process; never rejects. */
  async start(
    namespace: string,
    program: string,
    ...args: readonly string[]
  ): Promise<{ code: number; output: string }> {
    try {
      const { stdout, stderr } = await run('ip', ['netns', 'exec', namespace, program, ...args])
      return { code: 0, output: stdout + stderr }
    } catch (error) {
      const failed = error as { code?: number; stdout?: string; stderr?: string }
      return { code: failed.code ?? -1, output: `${failed.stdout ?? ''}${failed.stderr ?? ''}` }
    }
  }

  /** A program that goes on until `destroy`. */
  background(namespace: string, program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#children.push(child)
    return child
  }

  /**
   * Runs `work` with the main thread in a namespace. Sockets, Workers and children that it makes belong to it and stay
   * there. Files are another matter: asynchronous reads of /proc and /sys happen on threads that did not move.
   */
  async inside<T>(namespace: string, work: () => Promise<T> | T): Promise<T> {
    const home = openSync('/proc/thread-self/ns/net', 'r')
    try {
      this.#enter(`/run/netns/${namespace}`)
      return await work()
    } finally {
      this.#enter(`/proc/self/fd/${home}`)
      closeSync(home)
    }
  }

  #enter(path: string): void {
    const fd = openSync(path, 'r')
    const result = this.#libc.setNamespace(fd, CLONE_NEWNET)
    closeSync(fd)
    if (result < 0) throw new Error(`cannot enter ${path}: ${result}`)
  }

  destroy(): void {
    process.removeListener('exit', this.#onExit)
    this.#deleteAll()
  }

  #deleteAll(): void {
    for (const child of this.#children.splice(0)) child.kill('SIGKILL')
    for (const name of this.#namespaces.splice(0)) {
      try {
        killAllIn(name)
        execFileSync('ip', ['netns', 'delete', name], { stdio: 'ignore' })
      } catch {
        // gone already
      }
    }
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
    this.#reaper.dismiss()
  }
}

/** Programs in a namespace may have started others; this process itself may be inside, and lives on. */
function killAllIn(namespace: string): void {
  const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
  for (const pid of pids.split('\n').map(Number)) {
    try {
      if (pid > 0 && pid !== process.pid) process.kill(pid, 'SIGKILL')
    } catch {
      // gone already
    }
  }
}

/** Waits until `probe` gives something; throws `what` after the deadline. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
