// `lbctl install` and `lbctl uninstall` as built, without a cluster.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { lbctl, root } from '../support/cli.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, read where the test knows what they are
type Any = any
const nowhere = { KUBECONFIG: '/nonexistent/kubeconfig', HOME: '/nonexistent' }

describe('lbctl install --dry-run', () => {
  it('prints the same objects as YAML and as JSON, and asks no cluster', async () => {
    const yaml = await lbctl(['install', '--dry-run', '-n', 'lb'], { env: nowhere })
    const json = await lbctl(['install', '--dry-run', '-n', 'lb', '-o', 'json'], { env: nowhere })
    expect({ code: yaml.code, stderr: yaml.stderr }).toEqual({ code: 0, stderr: '' })
    const objects = loadAll(yaml.stdout) as Any[]
    expect(objects.length).toBeGreaterThan(25)
    expect((JSON.parse(json.stdout) as Any).items).toEqual(objects)
    expect(yaml.stdout).toContain('- NET_RAW # to send and receive frames')
  })

  it('gives its pods only arguments that the commands take', async () => {
    const { stdout } = await lbctl(
      ['install', '--dry-run', '--bgp-listen', '--pod-monitor', '--lb-class', 'x', '--ignore-exclude-lb'],
      { env: nowhere },
    )
    const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Any
    const workloads = (loadAll(stdout) as Any[]).filter(
      ({ kind }) => kind === 'DaemonSet' || kind === 'Deployment',
    )
    expect(workloads).toHaveLength(2)
    for (const workload of workloads) {
      const [topic, verb, ...flags] = workload.spec.template.spec.containers[0].args as string[]
      const command = manifest.commands[`${topic}:${verb}`]
      // The controller's command is not part of this build yet.
      if (command === undefined && topic === 'controller') continue
      for (const flag of flags) expect(Object.keys(command.flags)).toContain(/^--([a-z-]+)/.exec(flag)?.[1])
    }
  })
})

describe('what does not go', () => {
  it.each([
    [['install', '--dry-run', '-n', 'No Name'], 2, /cannot be the name of a namespace/],
    [['install', '--dry-run', '--node-selector', 'x'], 2, /takes KEY=VALUE/],
    [['install', '--dry-run', '--mode', 'controller', '--bgp-listen'], 2, /installs none/],
    [['install', '--timeout', '1ms'], 2, /takes a time from 1s to 1h/],
    [['uninstall', '--yes', '--delete-crds'], 2, /wants to be confirmed/],
    [['uninstall'], 2, /kubeconfig/],
    [['install'], 2, /kubeconfig/],
  ])('%j', async (args, code, text) => {
    const result = await lbctl(args, { env: nowhere })
    expect(result.stderr).toMatch(text)
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' })
  })
})
