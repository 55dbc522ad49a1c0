import { describe, expect, it } from 'vitest'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { PeerReport } from '../../bgp/report.ts'
import type { Ending } from '../../bgp/session/effects.ts'
import { parseIp } from '../../net/ip.ts'
import { bgpRecord } from './bgp-records.ts'

const OPTIONS = {
  name: 'tor',
  remote: { address: parseIp('192.0.2.1')!, port: 179, password: 'swordfish' },
  localAsn: 64512,
  peerAsn: 64513,
} as unknown as BgpPeerOptions

const ended = (ending: Partial<Ending>, words = 'why'): PeerReport => ({
  kind: 'ended',
  peer: 'tor',
  atMs: 0,
  words,
  ending: {
    state: 'established',
    by: 'us',
    notification: undefined,
    error: undefined,
    code: undefined,
    ...ending,
  } as Ending,
})
const notification = (code: number, subcode: number) => ({ code, subcode, data: new Uint8Array(0) })
const record = (report: PeerReport) => bgpRecord(report, OPTIONS)

describe('the log of sessions', () => {
  it('has the keys and words of MetalLB, and no password', () => {
    const failed = record(
      ended({ state: 'connect', by: 'network' as Ending['by'], code: 'ECONNREFUSED' }, 'refused'),
    )
    expect(failed).toMatchObject({
      level: 'error',
      fields: {
        op: 'connect',
        msg: 'failed to connect to peer',
        peer: '192.0.2.1:179',
        localASN: 64512,
        peerASN: 64513,
      },
    })
    const told = record(ended({ by: 'peer', notification: notification(6, 2) }))
    expect(told.fields['msg']).toBe('peer sent notification, closing session')
    expect(JSON.stringify([failed, told])).not.toContain('swordfish')
  })

  it('takes an end that we wanted for no failure, and one that we had to make for one', () => {
    expect(record(ended({ notification: notification(6, 2) })).level).toBe('info')
    expect(record(ended({ notification: notification(4, 0) })).level).toBe('error')
    expect(record(ended({ by: 'peer', notification: notification(6, 2) })).level).toBe('error')
  })

  it('calls a connection from nowhere by its address', () => {
    const refused = {
      kind: 'refused',
      atMs: 0,
      remote: { address: parseIp('192.0.2.9')!, port: 5 },
      reason: 'unknown-peer',
    } as const
    expect(bgpRecord(refused, undefined)).toMatchObject({ level: 'warn', fields: { peer: '192.0.2.9:5' } })
  })
})
