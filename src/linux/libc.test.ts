import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LbctlError } from '../errors/lbctl-error.ts'
import { KOFFI_VERSION, type KoffiHost, prebuiltKoffi } from './koffi.ts'
import { loadLibc } from './libc.ts'

const notFound = () => Promise.reject(Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }))
const linux: KoffiHost = { platform: 'linux', arch: 'x64', endianness: 'LE', importKoffi: notFound }

async function refusal(host: KoffiHost): Promise<LbctlError> {
  const error = await loadLibc(host).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(LbctlError)
  return error as LbctlError
}

describe('loadLibc', () => {
  it.each([
    ['another system', { ...linux, platform: 'darwin' }, /Linux kernel.*darwin/],
    ['another processor', { ...linux, arch: 'riscv64' }, /x64 and arm64.*riscv64/],
    ['big-endian', { ...linux, arch: 'arm64', endianness: 'BE' }, /x64 and arm64/],
    ['koffi not installed', linux, /koffi.*not installed/],
    ['koffi broken', { ...linux, importKoffi: () => Promise.reject(new Error('dlopen')) }, /does not load/],
  ])('refuses kindly: %s', async (_name, host, message) => {
    const error = await refusal(host)
    expect(error.kind).toBe('unsupported')
    expect(error.message).toMatch(message)
    expect(error.hints.length).toBeGreaterThan(0)
  })

  it('names the koffi of package.json, with which the binary was checked', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect((JSON.parse(text) as { optionalDependencies: object }).optionalDependencies).toEqual({
      koffi: KOFFI_VERSION,
    })
  })

  it.runIf(process.platform === 'linux')(
    'takes the very binary that the entry of koffi would take',
    async () => {
      const native = prebuiltKoffi()
      expect(native).toBeDefined()
      expect((await import('koffi')).default).toBe(native)
    },
  )

  it('leaves the choice of the binary to koffi on other processors', () => {
    expect(prebuiltKoffi('riscv64')).toBeUndefined()
  })

  it('tells that koffi is missing in the words of require, too', async () => {
    const missing = Object.assign(new Error('no'), { code: 'MODULE_NOT_FOUND' })
    const error = await refusal({ ...linux, importKoffi: () => Promise.reject(missing) })
    expect(error.message).toMatch(/not installed/)
  })

  it('does not even try to load koffi where it cannot work', async () => {
    let tried = false
    const importKoffi = () => {
      tried = true
      return notFound()
    }
    await refusal({ ...linux, platform: 'win32', importKoffi })
    expect(tried).toBe(false)
  })

  it.runIf(process.platform === 'linux')('returns -errno, as the kernel does', async () => {
    const libc = await loadLibc()
    expect(libc.close(-1)).toBe(-9)
    expect(libc.interfaceIndex('no-such-interf')).toBe(-19)
    expect(libc.interfaceIndex('lo')).toBe(1)
    const before = BigInt(Date.now() - 1000) * 1_000_000n
    expect(libc.realTimeNs() > before && libc.realTimeNs() < before + 3_000_000_000n).toBe(true)
  })
})
