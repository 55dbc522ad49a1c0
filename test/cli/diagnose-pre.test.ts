// `lbctl diagnose all --pre` on this machine, whatever it is, without a cluster; and on objects of files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'

interface Report {
  readonly modes: readonly { mode: string; effect: string }[]
  readonly items: readonly { id: string; of: string }[]
  readonly notKnown: readonly string[]
}

const K3S = `apiVersion: v1
kind: Node
metadata: { name: pi }
status: { nodeInfo: { kubeletVersion: v1.33.1+k3s1 } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: svclb-traefik-1, namespace: kube-system }
`

describe('diagnose all --pre', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lbctl-pre-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const env = { KUBECONFIG: join(folder, 'none') }
  const pre = (words: readonly string[]) => lbctl(['diagnose', 'all', '--pre', ...words], { env })

  it('works without a cluster, says so, and judges saved facts alike', async () => {
    const path = join(folder, 'facts.json')
    const first = await pre(['-o', 'json', '--save-facts', path])
    const report = JSON.parse(first.stdout) as Report
    expect(report.modes.map(({ mode }) => mode)).toEqual(['layer 2', 'BGP', 'BGP unnumbered'])
    expect(report.notKnown.join(' ')).toMatch(/The cluster: The kubeconfig .* does not exist/)
    const again = await pre(['-o', 'json', '--facts', path])
    expect(again).toMatchObject({ stdout: first.stdout, code: first.code })
  })

  it('reads objects of files, and check is the same', async () => {
    const path = join(folder, 'k3s.yaml')
    writeFileSync(path, K3S)
    const { stdout, code } = await lbctl(['check', '--pre', '-f', path, '--json'], { env })
    const { items, modes } = JSON.parse(stdout) as Report
    expect(code).toBe(1)
    expect(items.filter(({ of }) => of === 'cluster').map(({ id }) => id)).toEqual(['k3s'])
    expect(modes[0]).toMatchObject({ mode: 'layer 2', effect: 'change' })
  })

  it('refuses what it cannot print, and a kubeconfig that is not there when it was named', async () => {
    expect(await pre(['-o', 'junit'])).toMatchObject({ code: 2, stdout: '' })
    expect((await pre(['--kubeconfig', join(folder, 'none')])).code).toBe(2)
  })
})
