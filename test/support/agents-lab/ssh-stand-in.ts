// A program `ssh` for the PATH, in the place of the real one: it goes into the namespace of the node, or does what ssh, sudo or a shell
// there would do when something is missing. It checks that it is called so that it can never ask anybody for anything.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runJs } from '../cli.ts'
import type { SpeakerLab } from '../speaker-lab/speaker-lab.ts'

export type SshFate =
  | 'works'
  | 'without lbctl'
  | 'unknown host key'
  | 'wants a password'
  | 'wants a password for sudo'
  | 'user without rights'
  | 'another version'
  /** ends, and leaves a process behind that holds its stderr, as the master of ControlPersist does */
  | 'leaves a master'
  /** neither answers nor ends, also after SIGTERM */
  | 'hangs'

const DOES: Readonly<Record<SshFate, (run: string) => string>> = {
  works: (run) => run,
  'without lbctl': () => 'echo "sh: 1: $1: not found" >&2; exit 127',
  'unknown host key': () =>
    'echo "No ED25519 host key is known for node and you have requested strict checking." >&2; echo "Host key verification failed." >&2; exit 255',
  'wants a password': () => 'echo "$target: Permission denied (publickey,password)." >&2; exit 255',
  'wants a password for sudo': () => 'echo "sudo: a password is required" >&2; exit 1',
  'user without rights': (run) =>
    run
      .replace('exec ip netns exec', 'exec ip netns exec')
      .replace(process.execPath, `setpriv --bounding-set=-all --inh-caps=-all ${process.execPath}`),
  'another version': () =>
    'cat > /dev/null; echo "Error: The plan cannot be used: format is not one of lbctl/agent-plan/0." >&2; echo "  a hint" >&2; exit 2',
  'leaves a master': (run) => `sleep 30 & ${run}`,
  hangs: () => 'trap "" TERM; while :; do sleep 1; done',
}

/** @returns the environment in which lbctl finds it */
export function sshStandIn(
  hosts: SpeakerLab,
  fates: Readonly<Record<string, SshFate>> = {},
): { readonly env: Record<string, string> } {
  const folder = join(hosts.folder, 'ssh-stand-in')
  mkdirSync(folder, { recursive: true })
  const cases = hosts.nodes.map(({ name, host }) => {
    const run = `exec ip netns exec ${host.namespace} ${process.execPath} ${runJs} "$@"`
    return `*@${name}) ${DOES[fates[name] ?? 'works'](run)} ;;`
  })
  const path = join(folder, 'ssh')
  writeFileSync(
    path,
    [
      '#!/bin/sh',
      'words="$*"',
      'case $words in *"-T -o BatchMode=yes -o ConnectTimeout=10 "*) ;; *) echo "not called in batch mode" >&2; exit 99 ;; esac',
      'while :; do case $1 in -o) shift 2 ;; -*) shift ;; *) break ;; esac; done',
      'target=$1; shift',
      // `sudo -n lbctl agent run` is asked of a machine on which sudo lets everybody do it.
      'if [ "$1" = sudo ]; then shift 2; fi',
      'case $1 in lbctl|/opt/lbctl) ;; *) echo "sh: 1: $1: not found" >&2; exit 127 ;; esac',
      'program=$1; shift',
      `case $target in`,
      ...cases.map((each) => each.replaceAll('$1: not found', '$program: not found')),
      '*) echo "ssh: Could not resolve hostname" >&2; exit 255 ;;',
      'esac',
      '',
    ].join('\n'),
  )
  chmodSync(path, 0o755)
  return { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` } }
}
