// What is kept beside the sources for those who do not install with lbctl itself: the image's recipe and a kustomize base. Neither
// can be built here; what can be known without a builder is checked.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printYaml } from '../../src/config/print.ts'
import type { InstallItem } from '../../src/install/install-item.ts'
import { installItems } from '../../src/install/install-objects.ts'
import { options } from '../../src/install/testing/options.ts'
import { renderItemsYaml } from '../../src/terminal/install/objects.ts'
import { cleanEnv, root, run } from '../support/cli.ts'

interface Copy {
  readonly from: string | undefined
  readonly sources: readonly string[]
  readonly target: string
}

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const copies: readonly Copy[] = [...dockerfile.matchAll(/^COPY (?:--from=(\S+) )?(.+)$/gm)].map(
  ([, from, words = '']) => {
    const all = words.trim().split(/\s+/)
    return { from, sources: all.slice(0, -1), target: all.at(-1) ?? '' }
  },
)
/** The files of the image that come out of a checkout. */
const intoApp = copies.filter(({ target }) => target.startsWith('/app'))
const inCheckout = (path: string): string => join(root, path.replace(/^\/src\//, ''))

describe('the Dockerfile', () => {
  let app: string
  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'lbctl-image-'))
    for (const { sources, target } of intoApp)
      for (const source of sources) {
        const to = join(app, relative('/app', target))
        const into = target.endsWith('/') ? join(to, basename(source)) : to
        cpSync(inCheckout(source), into, { recursive: true, dereference: true })
      }
  })
  afterAll(() => rmSync(app, { recursive: true, force: true }))

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
    expect(dockerfile).toMatch(/^USER 65532:65532$/m)
    const [node, script] = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
    expect(copies.some(({ target }) => target === node)).toBe(true)
    expect(statSync(join(app, relative('/app', script ?? ''))).isFile()).toBe(true)
    expect(dockerfile).toMatch(/^FROM node:20\.\d+\.\d+-/m)
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

const base = join(root, 'deploy/kustomize/base')
// lbctl's own names stand in for the image; `images:` in an overlay sets the real one.
const items = installItems(options({ namespace: 'metallb-system', image: 'lbctl' }))
const fileOf = ({ object: { kind, metadata } }: InstallItem): string => {
  if (kind === 'CustomResourceDefinition') return 'crds.yaml'
  if (/Role|ServiceAccount/.test(kind)) return 'access.yaml'
  if (kind === 'Namespace' || kind === 'NetworkPolicy') return 'namespace.yaml'
  if (kind === 'Service' || kind === 'ValidatingWebhookConfiguration') return 'webhook.yaml'
  return `${metadata.name.replace('lbctl-', '')}.yaml`
}
const files = new Map<string, InstallItem[]>()
for (const item of items) files.set(fileOf(item), [...(files.get(fileOf(item)) ?? []), item])

describe('the kustomize base', () => {
  it.each([...files.keys()])('has %s as lbctl install makes it', async (name) => {
    const text = `# Made by test/repo/deploy.test.ts from src/install: change it there, then run vitest with -u.\n${renderItemsYaml(files.get(name) ?? [])}`
    await expect(text).toMatchFileSnapshot(join(base, name))
  })

  it('names its files, and no others are there', async () => {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [...files.keys()],
    }
    await expect(printYaml(kustomization)).toMatchFileSnapshot(join(base, 'kustomization.yaml'))
    expect(readdirSync(base).sort()).toEqual([...files.keys(), 'kustomization.yaml'].sort())
  })

  it('is what kubectl makes of it, and an overlay sets image and namespace everywhere', () => {
    const kustomize = (folder: string) =>
      loadAll(execFileSync('kubectl', ['kustomize', join(root, folder)], { encoding: 'utf8' })) as unknown[]
    const byId = (objects: readonly unknown[]) =>
      new Map((objects as InstallItem['object'][]).map((o) => [`${o.kind}/${o.metadata.name}`, o]))
    expect(byId(kustomize('deploy/kustomize/base'))).toEqual(
      byId(items.map(({ object }) => JSON.parse(JSON.stringify(object)))),
    )
    const overlaid = JSON.stringify(kustomize('deploy/kustomize/example'))
    expect(overlaid).toContain('"image":"registry.example.com/lbctl:0.1.0"')
    expect(overlaid).not.toContain('"image":"lbctl"')
    expect(overlaid.match(/metallb-system/g)).toBeNull()
  })
})
