// Real BGP daemons that run a configuration that is given to them as text, unchanged.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './namespaces.ts'

const FRR = '/usr/lib/frr'
const DEADLINE_MS = 40_000

export type DaemonKind = 'frr' | 'bird' | 'openbgpd'
export const DAEMON_PROGRAMS = ['bird', 'birdc', 'bgpd', 'bgpctl', 'vtysh', `${FRR}/bgpd`]

export class RouterDaemons {
  readonly #children: ChildProcess[] = []
  readonly #folders: string[] = []

  async start(kind: DaemonKind, namespace: string, configuration: string): Promise<RouterDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'lbctl-router-'))
    this.#folders.push(folder)
    const run = (command: readonly string[]) => this.#spawn(namespace, command, join(folder, 'output'))
    const daemon = new RouterDaemon(kind, folder)
    if (kind === 'bird') startBird(folder, configuration, run)
    else if (kind === 'openbgpd') startOpenbgpd(folder, configuration, run)
    else await startFrr(folder, configuration, run)
    await eventually(`${kind} answers`, () => daemon.answers() || undefined, DEADLINE_MS)
    if (kind === 'frr') daemon.load(configuration)
    return daemon
  }

  #spawn(namespace: string, command: readonly string[], output: string): void {
    const file = openSync(output, 'a')
    const child = spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['ignore', file, file] })
    closeSync(file)
    this.#children.push(child)
  }

  /** Each daemon is asked to end, so that it ends its own children. */
  async stop(): Promise<void> {
    const children = this.#children.splice(0)
    for (const child of children) child.kill('SIGTERM')
    for (const child of children)
      await eventually(
        'the daemon ends',
        () => child.exitCode !== null || child.signalCode !== null || undefined,
        10_000,
      ).catch(() => child.kill('SIGKILL'))
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  }
}

type Run = (command: readonly string[]) => void

function startBird(folder: string, configuration: string, run: Run): void {
  writeFileSync(join(folder, 'bird.conf'), configuration)
  run(['bird', '-f', '-c', join(folder, 'bird.conf'), '-s', join(folder, 'ctl'), '-P', join(folder, 'pid')])
}

function startOpenbgpd(folder: string, configuration: string, run: Run): void {
  const file = join(folder, 'bgpd.conf')
  // It refuses a file that others can read. The socket is the only thing that is not the user's.
  writeFileSync(file, `socket "${join(folder, 'ctl')}"\n${configuration}`, { mode: 0o600 })
  // `ip netns exec` gives the program mounts of its own, so this /run is nobody else's.
  run([
    'sh',
    '-c',
    'mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/openbgpd && exec bgpd -dvv -f "$0"',
    file,
  ])
}

async function startFrr(folder: string, configuration: string, run: Run): Promise<void> {
  writeFileSync(join(folder, 'frr.conf'), configuration)
  execFileSync('chown', ['-R', 'frr:frr', folder])
  chmodSync(folder, 0o755)
  const shared = ['-z', join(folder, 'zserv'), '--vty_socket', folder, '-P', '0']
  run([`${FRR}/zebra`, ...shared, '-i', join(folder, 'zebra.pid'), '-f', '/dev/null'])
  await eventually('zebra listens', () => existsSync(join(folder, 'zserv')) || undefined, DEADLINE_MS)
  run([`${FRR}/bgpd`, ...shared, '-i', join(folder, 'bgpd.pid'), '-f', '/dev/null'])
  const bfd = [`${FRR}/bfdd`, '-z', join(folder, 'zserv'), '--vty_socket', folder, '-P', '0']
  run([...bfd, '--bfdctl', join(folder, 'bfdctl'), '-i', join(folder, 'bfdd.pid'), '-f', '/dev/null'])
}

export class RouterDaemon {
  readonly kind: DaemonKind
  readonly folder: string

  constructor(kind: DaemonKind, folder: string) {
    this.kind = kind
    this.folder = folder
  }

  answers(): boolean {
    try {
      if (this.kind === 'bird') this.birdc('show', 'status')
      else if (this.kind === 'openbgpd') this.bgpctl('show', 'summary')
      else {
        const daemons = this.vtysh('show daemons')
        return ['zebra', 'bgpd', 'bfdd'].every((name) => daemons.includes(name))
      }
      return true
    } catch {
      return false
    }
  }

  /** As an administrator loads a file; throws with what FRR has to say about a line. */
  load(configuration: string): void {
    const file = join(this.folder, 'load.conf')
    writeFileSync(file, configuration)
    execFileSync('vtysh', ['--vty_socket', this.folder, '-f', file], { encoding: 'utf8', stdio: 'pipe' })
  }

  vtysh(command: string): string {
    return this.#ask('vtysh', '--vty_socket', this.folder, '-c', command)
  }

  birdc(...words: readonly string[]): string {
    return this.#ask('birdc', '-s', join(this.folder, 'ctl'), ...words)
  }

  bgpctl(...words: readonly string[]): string {
    return this.#ask('bgpctl', '-s', join(this.folder, 'ctl'), ...words)
  }

  #ask(program: string, ...args: readonly string[]): string {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' })
  }

  /** Addresses of neighbours whose session is up, ascending as texts. */
  established(): string[] {
    if (this.kind === 'frr') {
      const answer = JSON.parse(this.vtysh('show bgp neighbors json')) as Record<
        string,
        { bgpState?: string }
      >
      return Object.keys(answer)
        .filter((key) => answer[key]?.bgpState === 'Established')
        .sort()
    }
    if (this.kind === 'openbgpd') {
      const { neighbors = [] } = JSON.parse(this.bgpctl('-j', 'show', 'neighbor')) as {
        neighbors?: readonly { remote_addr: string; state: string }[]
      }
      return neighbors
        .filter((one) => one.state === 'Established')
        .map((one) => one.remote_addr)
        .sort()
    }
    const blocks = this.birdc('show', 'protocols', 'all').split(/^(?=\S)/m)
    return blocks
      .filter((block) => /BGP state:\s+Established/.test(block))
      .flatMap((block) => /Neighbor address: (\S+)/.exec(block)?.[1] ?? [])
      .sort()
  }

  /** Each prefix that the daemon accepted, with the next hops that it has for it: `198.51.100.7/32 192.0.2.11 192.0.2.12`. */
  accepted(): string[] {
    const hops = new Map<string, Set<string>>()
    const add = (prefix: string, hop: string) => hops.set(prefix, (hops.get(prefix) ?? new Set()).add(hop))
    if (this.kind === 'frr') this.#frrRoutes(add)
    else if (this.kind === 'openbgpd') this.#openbgpdRoutes(add)
    else this.#birdRoutes(add)
    return [...hops].map(([prefix, set]) => [prefix, ...[...set].sort()].join(' ')).sort()
  }

  #frrRoutes(add: (prefix: string, hop: string) => void): void {
    for (const family of ['ipv4', 'ipv6']) {
      const { routes = {} } = JSON.parse(this.vtysh(`show bgp ${family} unicast json`)) as {
        routes?: Record<string, readonly { nexthops?: readonly { ip: string; scope?: string }[] }[]>
      }
      for (const [prefix, paths] of Object.entries(routes))
        for (const path of paths)
          for (const { ip, scope } of path.nexthops ?? []) if (scope !== 'link-local') add(prefix, ip)
    }
  }

  #openbgpdRoutes(add: (prefix: string, hop: string) => void): void {
    const { rib = [] } = JSON.parse(this.bgpctl('-j', 'show', 'rib', 'detail')) as {
      rib?: readonly { prefix: string; exit_nexthop: string }[]
    }
    for (const { prefix, exit_nexthop } of rib) add(prefix, exit_nexthop)
  }

  #birdRoutes(add: (prefix: string, hop: string) => void): void {
    let prefix = ''
    for (const line of this.birdc('show', 'route', 'all').split('\n')) {
      prefix = /^(\S+\/\d+)\s/.exec(line)?.[1] ?? prefix
      // Behind the address of the node there may be its link-local one.
      const hop = /^\s+BGP\.next_hop: (\S+)/.exec(line)?.[1]
      if (hop !== undefined) add(prefix, hop)
    }
  }

  log(): string {
    return readFileSync(join(this.folder, 'output'), 'utf8')
  }
}
