// Shows lbctl at work on the files under demo/: the command lines as a user types them, then what they print.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './build-identity.mjs'
import { demoArp, whyNotHere } from './demo-arp.mjs'
import { demoBgp } from './demo-bgp.mjs'
import { demoCluster, whyNoCluster } from './demo-cluster.mjs'

const legacy = join(root, 'demo/legacy')
const scratch = mkdtempSync(join(tmpdir(), 'lbctl-demo-'))
let failures = 0

try {
  const files = existsSync(legacy)
    ? readdirSync(legacy)
        .filter((file) => file.endsWith('.yaml'))
        .sort()
    : []
  if (files.length === 0) fail('there are no files under demo/legacy')
  for (const file of files) {
    const result = join(scratch, file)
    heading(file)
    const migrated = show(`lbctl migrate demo/legacy/${file} > ${file}`, [
      'migrate',
      join('demo/legacy', file),
    ])
    writeFileSync(result, migrated.stdout)
    console.log(`$ cat ${file}\n${migrated.stdout}`)
    show(`lbctl validate ${file}`, ['validate', file], scratch)
  }

  heading('an address that does not answer')
  const reason = whyNotHere()
  if (reason !== undefined) console.log(`Left out: ${reason}.`)
  else demoArp(showIn, say)

  heading('a BGP session that does not come up')
  await demoBgp(showLbctl, say)

  heading('a cluster in which lbctl is everything')
  const noCluster = whyNoCluster()
  if (noCluster !== undefined) console.log(`Left out: ${noCluster}.`)
  else await demoCluster(showLbctl, showWith, say)
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(
  failures === 0 ? 'The demo went well.' : `${failures} step${failures === 1 ? '' : 's'} of the demo failed.`,
)
process.exitCode = failures === 0 ? 0 : 1

function heading(file) {
  console.log(`\n=== ${file} ${'='.repeat(Math.max(3, 74 - file.length))}\n`)
}

/** Runs lbctl; a redirected result is not printed here, what comes on stderr is. */
function show(line, args, cwd = root) {
  console.log(`$ ${line}`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], {
    cwd,
    encoding: 'utf8',
  })
  if (!line.includes(' > ')) process.stdout.write(stdout)
  process.stdout.write(stderr)
  if (status !== 0) fail(`"${line}" ended with exit code ${status}`)
  return { stdout }
}

function say(text) {
  console.log(`\n${text}\n`)
}

/** Runs lbctl in a network namespace. */
function showIn(line, namespace, args, expected) {
  const command = ['netns', 'exec', namespace, process.execPath, join(root, 'bin/run.js'), ...args]
  showWith(line, 'ip', command, {}, expected)
}

/** Runs lbctl; a redirected result goes to the file that the line names. */
function showLbctl(line, args, cwd, expected) {
  const [, file] = / > (\S+)$/.exec(line) ?? []
  showWith(
    line,
    process.execPath,
    [join(root, 'bin/run.js'), ...args],
    { cwd },
    expected,
    file && join(cwd, file),
  )
}

/** An exit code of 1 is what a diagnosis of something broken ends with. */
function showWith(line, program, args, options, expected, file) {
  console.log(`$ ${line}`)
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options })
  if (file === undefined) process.stdout.write(stdout)
  else writeFileSync(file, stdout)
  process.stdout.write(stderr)
  if (status !== expected) fail(`"${line}" ended with exit code ${status} instead of ${expected}`)
}

function fail(why) {
  failures++
  console.log(`demo: ${why}`)
}
