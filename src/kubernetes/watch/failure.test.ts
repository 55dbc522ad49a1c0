import { expect, it } from 'vitest'
import { failureOfAnswer } from './failure.ts'

const identity = { server: 'https://127.0.0.1:6443', context: 'lab', namespace: 'default' }
const answer = { status: 404, headers: {}, body: '404 page not found\n' }
const asked = (path: string) => failureOfAnswer(answer, { method: 'GET', path }, identity, 0)

it('says that MetalLB is not installed where its kinds are not served, in one sentence for all of them', () => {
  const pools = asked('/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools')
  const peers = asked('/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers')
  expect(pools.kind).toBe('missing')
  expect(pools.error.message).toBe("This cluster does not know MetalLB's resources (metallb.io).")
  expect(pools.error.hints.join()).toMatch(/lbctl install/)
  expect(peers.error.message).toBe(pools.error.message)
})

it('leaves other kinds to the words of the server', () => {
  expect(asked('/api/v1/nodes').error.message).toMatch(/404 page not found/)
})
