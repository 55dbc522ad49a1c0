// A program of its own that behaves as a test and waits to be killed; says on stdout what must not survive it.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NetLab } from '../namespaces.ts'

const lab = await NetLab.create()
const namespace = lab.namespace()
const folder = lab.owns(mkdtempSync(join(tmpdir(), 'lbctl-killed-')))
// The shell stays between, as with a daemon that starts others.
const child = lab.background(namespace, 'sh', '-c', 'sleep 1000 & echo $!; wait')
child.stdout?.on('data', (pid: Buffer) =>
  console.log(JSON.stringify({ namespace, folder, daemon: Number(pid) })),
)
