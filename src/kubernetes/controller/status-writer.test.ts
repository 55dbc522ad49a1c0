import { describe, expect, it } from 'vitest'
import type { WriteOutcome } from '../../controller/ports.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { OwnerReference } from '../../install/memberlist-secret.ts'
import type { ApiRequest } from '../exchange.ts'
import { ClusterStatusWriter } from './status-writer.ts'

const WRITTEN: WriteOutcome = { kind: 'written', version: '7' }
const OWNER: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'lbctl-controller',
  uid: 'u-1',
}
const VALID = {
  type: 'poolReconcilerValid',
  status: 'True',
  reason: 'SyncStateSuccess',
  message: '',
} as const

function writerWith(owner: () => Promise<OwnerReference | undefined>) {
  const requests: ApiRequest[] = []
  const write = (request: ApiRequest): Promise<WriteOutcome> => {
    requests.push(request)
    return Promise.resolve(WRITTEN)
  }
  const writer = new ClusterStatusWriter({
    writes: { write },
    readState: () => Promise.resolve(undefined),
    poolStatus: () => undefined,
    namespace: 'metallb-system',
    owner,
    nowMs: () => 0,
  })
  return { writer, requests }
}

describe('the ConfigurationState of the controller', () => {
  it('waits until it is known whom it goes with', async () => {
    let tell: (owner: OwnerReference) => void = () => undefined
    const { writer, requests } = writerWith(() => new Promise((resolve) => (tell = resolve)))
    const outcome = writer.writeConfiguration(VALID as never)
    await new Promise((resolve) => setImmediate(resolve))
    expect(requests).toEqual([])
    tell(OWNER)
    expect(await outcome).toBe(WRITTEN)
    expect(requests[0]?.body).toMatchObject({ metadata: { ownerReferences: [OWNER] } })
    expect(requests).toHaveLength(2)
  })

  it('is tried again when that cannot be found out', async () => {
    const lost = new LbctlError('unreachable', 'The API server does not answer.')
    const { writer, requests } = writerWith(() => Promise.reject(lost))
    expect(await writer.writeConfiguration(VALID as never)).toEqual({
      kind: 'failed',
      message: lost.message,
      retryAfterMs: undefined,
    })
    expect(requests).toEqual([])
  })

  it('has no owner where there is none', async () => {
    const { writer, requests } = writerWith(() => Promise.resolve(undefined))
    await writer.writeConfiguration(VALID as never)
    expect(requests[0]?.body).not.toHaveProperty('metadata.ownerReferences')
  })
})
