import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { microsecondsText, secondsText } from '../times.ts'
import { stateOf } from './configuration-state.ts'
import { EventLedger, type ServiceEvent } from './event-ledger.ts'
import {
  BGP_STATUS,
  LAYER2_STATUS,
  type StatusAction,
  type StatusRecord,
  statusActions,
  statusBody,
  statusRecord,
} from './status-records.ts'
import { WriteQueue } from './write-queue.ts'

const record = (name: string, node: string, content?: readonly string[]): StatusRecord => ({
  name,
  uid: `uid-${name}`,
  node,
  service: 'shop/web',
  content,
})

describe('statuses', () => {
  it('whoever announces by layer 2 removes what other nodes said, and by BGP leaves it', () => {
    const present = [record('l2-a', 'other', []), record('l2-b', 'me', ['eth0'])]
    expect(statusActions(present, ['eth0'], 'me', LAYER2_STATUS)).toEqual([
      { kind: 'delete', name: 'l2-a', uid: 'uid-l2-a' },
    ])
    expect(statusActions(present, ['eth0'], 'me', BGP_STATUS)).toEqual([])
    expect(statusActions(present, undefined, 'me', LAYER2_STATUS)).toEqual([
      { kind: 'delete', name: 'l2-b', uid: 'uid-l2-b' },
    ])
  })

  /** What the cluster holds after the actions were carried out. */
  const carriedOut = (present: readonly StatusRecord[], actions: readonly StatusAction[]): StatusRecord[] => {
    let records = [...present]
    for (const action of actions) {
      if (action.kind === 'create') records.push(record('new', 'me'))
      if (action.kind === 'delete') records = records.filter(({ uid }) => uid !== action.uid)
      if (action.kind === 'fill')
        records = records.map((each) =>
          each.name === action.name ? { ...each, content: action.content } : each,
        )
    }
    return records
  }

  it('after two rounds there is what is wanted, and then there is nothing to do', () => {
    const content = fc.option(fc.subarray(['a', 'b', 'c']), { nil: undefined })
    const records = fc.array(fc.record({ node: fc.constantFrom('me', 'other'), content }), { maxLength: 5 })
    fc.assert(
      fc.property(records, content, fc.constantFrom(LAYER2_STATUS, BGP_STATUS), (some, wanted, kind) => {
        let present = some.map(({ node, content: said }, i) => record(`n${i}`, node, said))
        for (let round = 0; round < 2; round++)
          present = carriedOut(present, statusActions(present, wanted, 'me', kind))
        expect(statusActions(present, wanted, 'me', kind)).toEqual([])
        const own = present.filter(({ node }) => node === 'me')
        expect(own.map((each) => each.content)).toEqual(wanted === undefined ? [] : [wanted])
        const others = some.filter(({ node }) => node === 'other').length
        const left = present.filter(({ node }) => node === 'other').length
        expect(left).toBe(wanted !== undefined && kind === LAYER2_STATUS ? 0 : others)
      }),
    )
  })

  it('reads what it writes', () => {
    const labels = {
      'metallb.io/node': 'me',
      'metallb.io/service-name': 'web',
      'metallb.io/service-namespace': 'shop',
    }
    const read = (status: unknown) => statusRecord({ metadata: { name: 'x', uid: 'u', labels }, status })
    expect(read(statusBody(LAYER2_STATUS, 'me', 'shop/web', ['eth0', 'eth1']))).toMatchObject({
      service: 'shop/web',
      node: 'me',
      content: ['eth0', 'eth1'],
    })
    expect(read(statusBody(LAYER2_STATUS, 'me', 'shop/web', []))?.content).toEqual([])
    expect(read(statusBody(BGP_STATUS, 'me', 'shop/web', ['tor']))?.content).toEqual(['tor'])
    expect(read(undefined)?.content).toBeUndefined()
    expect(statusRecord({ metadata: { name: 'x' } })).toBeUndefined()
  })
})

describe('events', () => {
  const event: ServiceEvent = {
    namespace: 'shop',
    name: 'web',
    uid: 'u',
    type: 'Normal',
    reason: 'nodeAssigned',
    message: 'm',
  }

  it('one that comes again is counted under its first name', () => {
    const ledger = new EventLedger()
    const first = ledger.take(event, 1000)
    const second = ledger.take(event, 5000)
    expect(second).toEqual({ ...first, count: 2, lastMs: 5000 })
    expect(ledger.take({ ...event, message: 'other' }, 5000)).toMatchObject({ count: 1, firstMs: 5000 })
    if (second !== undefined) ledger.forget(second)
    expect(ledger.take(event, 6000)?.count).toBe(1)
  })

  it('one Service has 25 at once and one in five minutes; others are not touched by it', () => {
    const ledger = new EventLedger()
    const written = (nowMs: number, uid = 'u') => ledger.take({ ...event, uid }, nowMs) !== undefined
    expect(Array.from({ length: 40 }, () => written(0)).filter(Boolean)).toHaveLength(25)
    expect(written(299_000)).toBe(false)
    expect(written(301_000)).toBe(true)
    expect(written(301_000)).toBe(false)
    expect(written(0, 'another')).toBe(true)
  })
})

describe('writes that have to succeed', () => {
  const queueOf = (write: (key: string) => Promise<void>) => {
    const pauses: { ms: number; call: () => void }[] = []
    const troubles: string[] = []
    const queue = new WriteQueue<string>({
      write,
      onTrouble: ({ message }) => troubles.push(message),
      random: () => 0.5,
      after: (ms, call) => {
        pauses.push({ ms, call })
        return () => undefined
      },
    })
    return { queue, pauses, troubles }
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('one that keeps failing is told once, paused longer each time, and never spins', async () => {
    let writes = 0
    const { queue, pauses, troubles } = queueOf(() => {
      writes++
      return Promise.reject(new LbctlError('conflict', 'it was changed'))
    })
    queue.add('a')
    for (let i = 0; i < 9; i++) {
      await turn()
      // Who wants it written in the pause does not shorten it.
      queue.add('a')
      pauses.at(-1)?.call()
    }
    await turn()
    expect(writes).toBe(10)
    expect(troubles).toEqual(['it was changed'])
    expect(pauses.map(({ ms }) => ms)).toEqual([
      375, 750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000, 45_000,
    ])
  })

  it('what the server did not answer is written as soon as it answers; what it refused is not', async () => {
    const writes: string[] = []
    let away = true
    const { queue, pauses } = queueOf((key) => {
      writes.push(key)
      if (key === 'refused') return Promise.reject(new LbctlError('conflict', 'no'))
      return away ? Promise.reject(new LbctlError('unreachable', 'away')) : Promise.resolve()
    })
    queue.add('a')
    queue.add('refused')
    await turn()
    expect(pauses).toHaveLength(2)
    away = false
    queue.resume()
    await turn()
    expect(writes).toEqual(['a', 'refused', 'a'])
    queue.resume()
    await turn()
    expect(writes).toHaveLength(3)
  })

  it('what is wanted again while it is written is written again, and never twice at a time', async () => {
    let [running, most, writes] = [0, 0, 0]
    const { queue } = queueOf(async () => {
      writes++
      most = Math.max(most, ++running)
      await turn()
      running--
    })
    queue.add('a')
    queue.add('a')
    queue.add('a')
    for (let i = 0; i < 6; i++) await turn()
    expect([writes, most, queue.idle]).toEqual([2, 1, true])
  })
})

it('times have the digits that each kind wants', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
  expect(secondsText(ms)).toBe('2026-01-02T03:04:05Z')
  expect(microsecondsText(ms)).toBe('2026-01-02T03:04:05.006000Z')
})

it('the state of a configuration names everything that is wrong with it', () => {
  expect(stateOf([], 0)).toMatchObject({
    result: 'Valid',
    errorSummary: '',
    conditions: [{ type: 'configReconcilerValid', status: 'True', reason: 'Reconciled' }],
  })
  expect(stateOf(['a', 'b'], 0)).toMatchObject({
    result: 'Invalid',
    errorSummary: 'configuration error: a\nb',
    conditions: [{ status: 'False', reason: 'ConfigurationError' }],
  })
})
