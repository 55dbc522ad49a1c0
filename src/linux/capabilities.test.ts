import { expect, it } from 'vitest'
import { LbctlError } from '../errors/lbctl-error.ts'
import { decodeEffectiveCapabilities, requireCapabilities, rightsOf } from './capabilities.ts'

const status = (mask: string) =>
  `Name:\tnode\nCapInh:\t0000000000000000\nCapPrm:\tffffffffffffffff\nCapEff:\t${mask}\nCapBnd:\tffff\n`

it('reads the effective set', () => {
  expect(decodeEffectiveCapabilities(status('0000000000002400'))).toBe(0x2400n)
  expect(decodeEffectiveCapabilities('Name: x')).toBeUndefined()
  const rights = rightsOf(status('0000000000002400'))
  expect(
    ['CAP_NET_RAW', 'CAP_NET_BIND_SERVICE', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_OTHER'].filter((c) =>
      rights.has(c),
    ),
  ).toEqual(['CAP_NET_RAW', 'CAP_NET_BIND_SERVICE'])
  expect(rightsOf('').has('CAP_NET_RAW')).toBe(false)
})

it('names what is missing, and the three ways to grant it', () => {
  const need = { capabilities: ['CAP_NET_RAW', 'CAP_NET_ADMIN'], to: 'answer ARP' } as const
  expect(() => requireCapabilities(need, rightsOf(status('000001ffffffffff')))).not.toThrow()
  const attempt = () => requireCapabilities(need, rightsOf(status('0000000000001000')), '/opt/node')
  expect(attempt).toThrow('This process lacks CAP_NET_RAW, which lbctl needs to answer ARP.')
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(LbctlError)
    expect(error).toMatchObject({ kind: 'permission', facts: { missing: 'CAP_NET_RAW' } })
    const hints = (error as LbctlError).hints.join('\n')
    expect(hints).toContain('sudo.')
    expect(hints).toContain('capabilities.add: [NET_RAW]')
    expect(hints).toContain('setcap cap_net_raw+ep /opt/node')
    expect(hints).toContain('Every script')
  }
  expect(() => requireCapabilities(need, rightsOf(status('0')))).toThrow(
    'lacks CAP_NET_RAW and CAP_NET_ADMIN,',
  )
})
