// Cleans up behind a test process that died without a word (SIGKILL, a crash): a shell holds the other end of a pipe, and when
// that closes it ends what runs in the namespaces, deletes them, and deletes the folders. Namespaces bear the id of the
// process that made them, so nothing else can be in them.
import { type ChildProcess, spawn } from 'node:child_process'

const SCRIPT = `
namespaces= folders=
while read -r what name; do
  case $what in
    namespace) namespaces="$namespaces $name" ;;
    folder) folders="$folders $name" ;;
  esac
done
for name in $namespaces; do
  for pid in $(ip netns pids "$name" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
  ip netns delete "$name" 2>/dev/null
done
[ -z "$folders" ] || rm -rf $folders
`

export class Reaper {
  readonly #shell: ChildProcess

  constructor() {
    // In a session of its own, so that Ctrl-C in a terminal does not end it first.
    this.#shell = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    this.#shell.unref()
    // A shell that could not be started or is gone costs the cleaning behind a crash, no test.
    this.#shell.on('error', () => undefined)
    this.#shell.stdin?.on('error', () => undefined)
  }

  remember(what: 'namespace' | 'folder', name: string): void {
    this.#shell.stdin?.write(`${what} ${name}\n`)
  }

  dismiss(): void {
    this.#shell.stdin?.end()
  }
}
