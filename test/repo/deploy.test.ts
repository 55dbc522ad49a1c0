// What is kept beside the sources for those who do not install with lbctl itself: the image's recipe and kustomizations. Neither
// can be built here; what can be known without a builder is checked.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printYaml } from '../../src/config/print.ts'
import type { InstallItem } from '../../src/install/install-item.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { options } from '../../src/install/testing/options.ts'
import { renderItemsYaml } from '../../src/terminal/install/objects.ts'
import { cleanEnv, root, run } from '../support/cli.ts'
import {
  copies,
  dockerfile,
  entryPoint,
  imageUser,
  inCheckout,
  intoApp,
  unpackApp,
} from '../support/pods/image.ts'

describe('the Dockerfile', () => {
  let image: string
  let app: string
  beforeAll(() => {
    image = mkdtempSync(join(tmpdir(), 'lbctl-image-'))
    app = join(image, 'app')
    unpackApp(image)
  })
  afterAll(() => rmSync(image, { recursive: true, force: true }))

  it('copies only what is there, and what .dockerignore lets through', () => {
    const allowed = new Set(
      [...readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)].map((m) => m[1]),
    )
    const fromContext = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources)
    expect(fromContext.length).toBeGreaterThan(5)
    for (const source of fromContext) {
      expect({ source, there: existsSync(join(root, source)) }).toEqual({ source, there: true })
      expect(allowed).toContain(source)
    }
    for (const { sources } of intoApp)
      for (const source of sources) expect(existsSync(inCheckout(source))).toBe(true)
  })

  it('has stages, an entry point and a user that fit together', () => {
    const stages = [...dockerfile.matchAll(/^FROM \S+(?: AS (\S+))?$/gm)].map((m) => m[1])
    expect(stages).toEqual(['build', undefined])
    for (const { from } of copies) expect([undefined, 'build']).toContain(from)
    const [node, script] = entryPoint
    expect(copies.some(({ target }) => target === node)).toBe(true)
    expect(statSync(join(image, script ?? '')).isFile()).toBe(true)
    expect(dockerfile).toMatch(/^FROM node:20\.\d+\.\d+-/m)
  })

  it('is what the manifests run: its entry point, its user, and no path of it but those that are mounted', () => {
    for (const changed of [{}, { bgpListen: true, probeBeforeAssign: true }])
      for (const { object } of installItems(options(changed))) {
        if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') continue
        const { template } = object['spec'] as { template: { spec: PodSpec } }
        const { containers, securityContext } = template.spec
        const { runAsUser, runAsGroup } = securityContext
        expect([[0, undefined], imageUser]).toContainEqual([runAsUser, runAsGroup])
        for (const { command, args, volumeMounts = [] } of containers) {
          // The entry point of the image is what runs.
          expect(command).toBeUndefined()
          const mounted = volumeMounts.map(({ mountPath }) => mountPath)
          const values = args.map((word) => word.slice(word.indexOf('=') + 1))
          const paths = values.filter((value) => value.startsWith('/'))
          expect(mounted).toEqual(expect.arrayContaining(paths))
          for (const path of mounted) expect(existsSync(join(image, path))).toBe(false)
        }
      }
  })

  it('finds koffi for both platforms, for glibc and for musl, in the lock file', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Locked>
    }
    const { version, optionalDependencies = {} } = lock.packages['node_modules/koffi'] ?? {}
    for (const cpu of ['x64', 'arm64']) {
      const name = `@koromix/koffi-linux-${cpu}`
      const { libc, ...entry } = lock.packages[`node_modules/${name}`] ?? {}
      expect(entry).toMatchObject({ version, optional: true, os: ['linux'], cpu: [cpu] })
      expect(entry.integrity).toMatch(/^sha512-/)
      expect(optionalDependencies[name]).toBe(version)
      // One package for both C libraries.
      expect(libc).toBeUndefined()
    }
    for (const libc of ['linux', 'musl'])
      expect(
        existsSync(
          join(app, `node_modules/@koromix/koffi-linux-${process.arch}/${libc}_${process.arch}/koffi.node`),
        ),
      ).toBe(true)
  })

  it('makes an image whose entry point starts, finds its pages and its addon, away from the checkout', async () => {
    const start = (...args: string[]) =>
      run(process.execPath, [join(app, 'bin/run.js'), ...args], { cwd: tmpdir(), env: { NODE_PATH: '' } })
    expect(await start('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^lbctl \d/) as string,
    })
    expect(await start('speaker', 'run', '--help')).toMatchObject({ code: 0 })
    expect(await start('explain', 'F01')).toMatchObject({ code: 0 })
    const addon = 'process.stdout.write(typeof require("koffi").load)'
    const text = execFileSync(process.execPath, ['-e', addon], {
      cwd: app,
      encoding: 'utf8',
      env: cleanEnv(),
    })
    expect(text).toBe('function')
  })
})

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup?: number }
  readonly containers: readonly {
    readonly command?: readonly string[]
    readonly args: readonly string[]
    readonly volumeMounts?: readonly { readonly mountPath: string }[]
  }[]
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

// lbctl's own name stands in for the image; `images:` in an overlay sets the real one.
const shared = { namespace: 'metallb-system', image: 'lbctl' }
const CLUSTER_OF_METALLB = new Set(['CustomResourceDefinition', 'Namespace'])
/** Folders that are made of what install makes. */
const MADE: Readonly<Record<string, readonly InstallItem[]>> = {
  base: installItems(options(shared)),
  // CRDs and namespace are MetalLB's there.
  'speaker-beside-metallb': installItems(
    options({ ...shared, mode: 'speaker', nodeSelector: { lbctl: 'yes' } }),
  ).filter(({ object }) => !CLUSTER_OF_METALLB.has(object.kind)),
}
const fileOf = ({ object: { kind, metadata } }: InstallItem): string => {
  if (kind === 'CustomResourceDefinition') return 'crds.yaml'
  if (/Role|ServiceAccount/.test(kind)) return 'access.yaml'
  if (kind === 'Namespace' || kind === 'NetworkPolicy') return 'namespace.yaml'
  if (kind === 'Service' || kind === 'ValidatingWebhookConfiguration') return 'webhook.yaml'
  return `${metadata.name.replace('lbctl-', '')}.yaml`
}
const kustomize = (folder: string): readonly InstallItem['object'][] =>
  loadAll(
    execFileSync('kubectl', ['kustomize', join(root, 'deploy/kustomize', folder)], { encoding: 'utf8' }),
  ) as InstallItem['object'][]
const byId = (objects: readonly InstallItem['object'][]) =>
  new Map(objects.map((o) => [`${o.kind}/${o.metadata.name}`, o]))

describe.each(Object.entries(MADE))('the kustomization %s', (folder, items) => {
  const place = join(root, 'deploy/kustomize', folder)
  const files = new Map<string, InstallItem[]>()
  for (const item of items) files.set(fileOf(item), [...(files.get(fileOf(item)) ?? []), item])

  it.each([...files.keys()])('has %s as lbctl install makes it', async (name) => {
    const text = `# Made by test/repo/deploy.test.ts from src/install: change it there, then run vitest with -u.\n${renderItemsYaml(files.get(name) ?? [])}`
    await expect(text).toMatchFileSnapshot(join(place, name))
  })

  it('names its files, and no others are there', async () => {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...files.keys()],
    }
    await expect(printYaml(kustomization)).toMatchFileSnapshot(join(place, 'kustomization.yaml'))
    expect(readdirSync(place).sort()).toEqual([...files.keys(), 'kustomization.yaml'].sort())
  })

  it('is what kubectl makes of it', () => {
    expect(byId(kustomize(folder))).toEqual(
      byId(items.map(({ object }) => JSON.parse(JSON.stringify(object)))),
    )
  })
})

describe('overlays', () => {
  it('example: image and namespace are set everywhere', () => {
    const overlaid = JSON.stringify(kustomize('example'))
    expect(overlaid).toContain('"image":"registry.example.com/lbctl:0.1.0"')
    expect(overlaid).not.toContain('"image":"lbctl"')
    expect(overlaid.match(/metallb-system/g)).toBeNull()
  })

  it('single-node: one controller, which may be moved, and all else as in the base', () => {
    const [base, single] = [byId(kustomize('base')), byId(kustomize('single-node'))]
    const controller = single.get('Deployment/lbctl-controller')?.['spec'] as {
      replicas: number
      strategy: object
    }
    expect(controller.replicas).toBe(1)
    expect(single.has('PodDisruptionBudget/lbctl-controller')).toBe(false)
    const different = [...base].filter(([id, object]) => !isDeepStrictEqual(object, single.get(id)))
    expect(different.map(([id]) => id).sort()).toEqual([
      'Deployment/lbctl-controller',
      'PodDisruptionBudget/lbctl-controller',
    ])
  })

  it('are all told in the documentation', () => {
    const page = readFileSync(join(root, 'docs/cluster.md'), 'utf8')
    for (const folder of readdirSync(join(root, 'deploy/kustomize')))
      expect(page).toContain(`deploy/kustomize/${folder}`)
  })
})
