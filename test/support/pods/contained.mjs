// Becomes the process of a container, as a container runtime makes it: `node contained.mjs SPEC`, with SPEC as JSON (see container.ts).
// The caller gives it namespaces of its own (network, mounts, processes); this program mounts, gives up rights, and becomes the process.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'

const libc = koffi.load(null)
const chroot = libc.func('int chroot(const char *path)')
const chdir = libc.func('int chdir(const char *path)')
const setgroups = libc.func('int setgroups(size_t count, void *list)')
const setgid = libc.func('int setgid(unsigned int gid)')
const setuid = libc.func('int setuid(unsigned int uid)')
const prctl = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
)
const fcntl = libc.func('int fcntl(int fd, int command, int argument)')
const execve = libc.func('int execve(const char *path, char **argv, char **envp)')

const [PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, F_SETFD, LAST_CAPABILITY] = [24, 38, 2, 40]

function sure(what, result) {
  if (result < 0) throw new Error(`${what} failed: errno ${koffi.errno()}`)
}

const mount = (...words) => execFileSync('mount', words, { stdio: ['ignore', 'inherit', 'inherit'] })

function mountAll({ root, readOnlyRoot, mounts }) {
  mount('--make-rprivate', '/')
  const places = ['/proc', '/sys', '/dev', ...mounts.map(({ at }) => at)]
  for (const place of places) mkdirSync(join(root, place), { recursive: true })
  mount('--bind', root, root)
  if (readOnlyRoot) mount('-o', 'remount,bind,ro', root)
  mount('-t', 'proc', 'proc', join(root, 'proc'))
  // What runtimes let nobody write, who is not privileged.
  mount('--bind', join(root, 'proc/sys'), join(root, 'proc/sys'))
  mount('-o', 'remount,bind,ro', join(root, 'proc/sys'))
  mount('-t', 'sysfs', '-o', 'ro', 'sysfs', join(root, 'sys'))
  mount('-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', join(root, 'dev'))
  for (const device of ['null', 'zero', 'full', 'random', 'urandom']) {
    execFileSync('touch', [join(root, 'dev', device)])
    mount('--bind', `/dev/${device}`, join(root, 'dev', device))
  }
  for (const { at, from, readOnly } of mounts) {
    const place = join(root, at)
    if (from === undefined) mount('-t', 'tmpfs', '-o', 'mode=777,size=16m', 'tmpfs', place)
    else mount('--bind', from, place)
    if (readOnly) mount('-o', 'remount,bind,ro', place)
  }
}

function giveUp({ root, user, group, capabilities }) {
  sure('chroot', chroot(root))
  sure('chdir', chdir('/'))
  for (let each = 0; each <= LAST_CAPABILITY; each++)
    if (!capabilities.includes(each)) sure('prctl', prctl(PR_CAPBSET_DROP, each, 0, 0, 0))
  sure('setgroups', setgroups(0, null))
  sure('setgid', setgid(group))
  sure('setuid', setuid(user))
  sure('prctl', prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
}

const strings = (list) => koffi.as([...list, null], 'char **')

const spec = JSON.parse(process.argv[2])
mountAll(spec)
giveUp(spec)
// Node has marked them to be closed.
for (const fd of [0, 1, 2]) sure('fcntl', fcntl(fd, F_SETFD, 0))
execve(
  spec.args[0],
  strings(spec.args),
  strings(Object.entries(spec.env).map(([name, value]) => `${name}=${value}`)),
)
throw new Error(`${spec.args[0]} cannot be started: errno ${koffi.errno()}`)
