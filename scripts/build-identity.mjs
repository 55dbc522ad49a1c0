// Which commit a build is made from: git knows in a checkout, git-archive.txt in an unpacked source archive.
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** Seven or more hex digits, with `-dirty` when tracked sources differ from it, or `unknown`. */
export function commit() {
  return fromGit() ?? fromArchive() ?? 'unknown'
}

function git(...args) {
  // The checkout may belong to someone else, as in a container that mounts it; reading it is harmless.
  return execFileSync('git', ['-c', 'safe.directory=*', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

function fromGit() {
  try {
    // lbctl unpacked somewhere inside another repository is not a part of it.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return undefined
    const dirty =
      git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'package-lock.json') !== ''
    return git('rev-parse', '--short=7', 'HEAD') + (dirty ? '-dirty' : '')
  } catch {
    return undefined
  }
}

function fromArchive() {
  try {
    const text = readFileSync(new URL('git-archive.txt', import.meta.url), 'utf8').trim()
    return /^[0-9a-f]{7,40}$/.test(text) ? text : undefined
  } catch {
    return undefined
  }
}
