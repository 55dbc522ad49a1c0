import { describe, expect, it } from 'vitest'
import { printYaml } from '../config/print.ts'
import { installItems } from './install-objects.ts'
import { PORTS } from './names.ts'
import type { InstallOptions } from './options.ts'
import { CONTROLLER_RIGHTS, SPEAKER_RIGHTS, WEBHOOK_RIGHTS } from './rights.ts'
import { options } from './testing/options.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, read where the test knows what they are
type Any = any
const objects = (changed?: Partial<InstallOptions>): Any[] =>
  installItems(options(changed)).map((item) => item.object)
const kinds = (changed?: Partial<InstallOptions>) => [...new Set(objects(changed).map(({ kind }) => kind))]
const find = (kind: string, changed?: Partial<InstallOptions>): Any =>
  objects(changed).find((object) => object.kind === kind)
const podOf = (workload: Any): Any => workload.spec.template.spec
const EVERY: readonly Partial<InstallOptions>[] = (['all', 'speaker', 'controller'] as const).flatMap(
  (mode) =>
    [true, false].flatMap((on) => [
      { mode, webhooks: on, networkPolicies: on, podMonitor: !on, bgpListen: on },
    ]),
)

describe('objects of an installation', () => {
  it('are all there, each kind after those that it needs', () => {
    expect(kinds()).toEqual([
      'CustomResourceDefinition',
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Role',
      'RoleBinding',
      'NetworkPolicy',
      'DaemonSet',
      'Deployment',
      'PodDisruptionBudget',
      'Service',
      'ValidatingWebhookConfiguration',
    ])
    expect(objects().filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(9)
  })

  it('are those of the mode', () => {
    expect(kinds({ mode: 'speaker' })).not.toContain('Deployment')
    expect(kinds({ mode: 'speaker' })).not.toContain('ValidatingWebhookConfiguration')
    expect(kinds({ mode: 'controller' })).not.toContain('DaemonSet')
    expect(kinds({ webhooks: false })).not.toContain('Service')
    expect(kinds({ networkPolicies: false })).not.toContain('NetworkPolicy')
    expect(objects({ podMonitor: true }).filter(({ kind }) => kind === 'PodMonitor')).toHaveLength(2)
  })

  it.each(EVERY)('refer to each other by names that exist: %j', (changed) => {
    const all = objects(changed)
    const has = (kind: string, name: string) => all.some((o) => o.kind === kind && o.metadata.name === name)
    for (const object of all) {
      for (const subject of object.subjects ?? []) expect(has('ServiceAccount', subject.name)).toBe(true)
      if (object.roleRef !== undefined) expect(has(object.roleRef.kind, object.roleRef.name)).toBe(true)
      for (const hook of object.webhooks ?? []) {
        expect(has('Service', hook.clientConfig.service.name)).toBe(true)
        expect(hook.clientConfig.service.namespace).toBe('lb')
      }
      if (object.spec?.conversion !== undefined)
        expect(has('Service', object.spec.conversion.webhook.clientConfig.service.name)).toBe(true)
      if (object.spec?.template === undefined) continue
      expect(has('ServiceAccount', podOf(object).serviceAccountName)).toBe(true)
      expect(object.spec.template.metadata.labels).toMatchObject(object.spec.selector.matchLabels)
    }
    const ids = all.map((o) => `${o.kind}/${o.metadata.name}`)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('select pods with the labels that the pods have, at ports that they open', () => {
    const service = find('Service')
    const { template } = find('Deployment').spec
    expect(template.metadata.labels).toMatchObject(service.spec.selector)
    const opened = template.spec.containers[0].ports.map((p: Any) => p.containerPort)
    expect(opened).toContain(service.spec.ports[0].targetPort)
    for (const { port } of find('NetworkPolicy').spec.ingress[0].ports) expect(opened).toContain(port)
    expect(podOf(find('DaemonSet')).containers[0].livenessProbe.httpGet.port).toBe(PORTS.metrics)
  })

  it('give the speaker the network of the node and one capability', () => {
    const pod = podOf(find('DaemonSet'))
    expect(pod.hostNetwork).toBe(true)
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
    })
    expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' })
    const listening = podOf(find('DaemonSet', { bgpListen: true })).containers[0]
    expect(listening.securityContext.capabilities.add).toEqual(['NET_RAW', 'NET_BIND_SERVICE'])
    expect(listening.args).toContain('--bgp-listen=0.0.0.0:179')
  })

  it('give the controller what the restricted level of pod security demands', () => {
    const pod = podOf(find('Deployment'))
    expect(pod).not.toHaveProperty('hostNetwork')
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod.containers[0].securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod.containers[0].securityContext.capabilities).not.toHaveProperty('add')
  })

  it('open metrics of speakers to others only where they are to be scraped', () => {
    const args = (podMonitor: boolean): string[] =>
      podOf(find('DaemonSet', { podMonitor })).containers[0].args
    expect(args(false)).toContain('--metrics-addr=127.0.0.1:7472')
    expect(args(true)).toContain('--metrics-addr=0.0.0.0:7472')
  })

  it('leave the levels of a namespace alone when only the controller comes: a speaker of MetalLB may be there', () => {
    expect(find('Namespace', { mode: 'controller' }).metadata).toEqual({ name: 'lb' })
    expect(find('Namespace').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
    })
  })

  it('pass on what was chosen', () => {
    const chosen = { loadBalancerClass: 'a.b/c', nodeSelector: { rack: '1' }, imagePullSecrets: ['pull'] }
    for (const kind of ['DaemonSet', 'Deployment']) {
      const pod = podOf(find(kind, chosen))
      expect(pod.containers[0].args).toContain('--lb-class=a.b/c')
      expect(pod.containers[0].image).toBe('registry.test/lbctl:1')
      expect(pod.imagePullSecrets).toEqual([{ name: 'pull' }])
    }
    expect(podOf(find('DaemonSet', chosen)).nodeSelector).toEqual({ 'kubernetes.io/os': 'linux', rack: '1' })
  })
})

describe('rights', () => {
  it('name no wildcard and no right over what is not needed', () => {
    for (const role of objects().filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole'))
      for (const rule of role.rules) expect(JSON.stringify(rule)).not.toContain('*')
    const speaker = [...SPEAKER_RIGHTS.cluster, ...SPEAKER_RIGHTS.namespace]
    expect(speaker.filter(({ resources }) => resources.some((r) => r.startsWith('services')))).toEqual([
      { group: '', resources: ['services'], verbs: { list: expect.any(String), watch: expect.any(String) } },
    ])
    const ofSecrets = [
      ...CONTROLLER_RIGHTS.cluster,
      ...CONTROLLER_RIGHTS.namespace,
      ...WEBHOOK_RIGHTS.namespace,
    ].filter(({ resources }) => resources.includes('secrets'))
    for (const { names, verbs } of ofSecrets)
      expect(names !== undefined || Object.keys(verbs).join() === 'create').toBe(true)
    expect(SPEAKER_RIGHTS.cluster.flatMap(({ resources }) => resources)).not.toContain('secrets')
  })

  it('are explained verb by verb where they are printed', () => {
    const roles = installItems(options()).filter(({ object }) => /Role$/.test(object.kind))
    expect(roles).toHaveLength(4)
    for (const { object, comments } of roles) {
      const text = printYaml(object, comments === undefined ? {} : { comments })
      const verbs = text
        .split('\n')
        .filter((line) => /^ {2}- (get|list|watch|create|update|patch|delete)\b/.test(line))
      expect(verbs.length).toBeGreaterThan(5)
      for (const line of verbs) expect(line).toMatch(/^ {2}- [a-z]+ # \S.{8,}/)
    }
  })
})
