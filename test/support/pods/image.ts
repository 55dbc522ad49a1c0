// The file system that the Dockerfile describes, made by hand: there is no registry and no builder on a machine of tests. What comes out
// of the stage `build` comes out of this checkout, which that stage builds by the same commands; of the base image, what the Dockerfile
// says of it (glibc and libstdc++, a user `nonroot`, nothing else).
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root } from '../cli.ts'

export interface Copy {
  /** the stage that it comes from; undefined: the build context */
  readonly from: string | undefined
  readonly sources: readonly string[]
  readonly target: string
}

export const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')

export const copies: readonly Copy[] = [...dockerfile.matchAll(/^COPY (?:--from=(\S+) )?(.+)$/gm)].map(
  ([, from, words = '']) => {
    const all = words.trim().split(/\s+/)
    return { from, sources: all.slice(0, -1), target: all.at(-1) ?? '' }
  },
)
/** The files of the image that come out of a checkout. */
export const intoApp = copies.filter(({ target }) => target.startsWith('/app'))
export const inCheckout = (path: string): string => join(root, path.replace(/^\/src\//, ''))

export const entryPoint = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? '[]') as readonly string[]
export const imageUser = /^USER (\d+):(\d+)$/m.exec(dockerfile)?.slice(1).map(Number) ?? []
export const imageEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]),
)

/** What is in /app of the image, below `folder`. */
export function unpackApp(folder: string): void {
  for (const { sources, target } of intoApp)
    for (const source of sources) {
      const to = join(folder, target)
      const into = target.endsWith('/') ? join(to, basename(source)) : to
      cpSync(inCheckout(source), into, { recursive: true, dereference: true })
    }
}

/** Packages of gcr.io/distroless/cc-debian12 that hold shared libraries, by the names of these. */
const LIBRARIES_OF_BASE =
  /^(ld-linux-[\w-]+\.so\.\d|lib(c|m|dl|rt|pthread|resolv|nss_\w+)\.so\.\d|libstdc\+\+\.so\.6|libgcc_s\.so\.1|libgomp\.so\.1|lib(ssl|crypto)\.so\.3)$/

/** The whole image: /app, node, and of the base image the libraries that these need. */
export function unpackImage(folder: string): void {
  unpackApp(folder)
  const [node = ''] = entryPoint
  mkdirSync(join(folder, dirname(node)), { recursive: true })
  cpSync(process.execPath, join(folder, node), { dereference: true })
  const addon = `node_modules/@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`
  for (const library of new Set([
    ...librariesOf(process.execPath),
    ...librariesOf(join(folder, 'app', addon)),
  ])) {
    if (!LIBRARIES_OF_BASE.test(basename(library))) throw new Error(`the base image has no ${library}`)
    mkdirSync(join(folder, dirname(library)), { recursive: true })
    cpSync(library, join(folder, library), { dereference: true })
  }
  for (const one of ['etc', 'tmp', 'root', 'home/nonroot']) mkdirSync(join(folder, one), { recursive: true })
  writeFileSync(
    join(folder, 'etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
}

const librariesOf = (file: string): readonly string[] =>
  [...execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
    ([, path = '']) => path,
  )
