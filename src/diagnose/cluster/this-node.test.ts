import { describe, expect, it } from 'vitest'
import { node } from './testing/world-objects.ts'
import { thisNode } from './this-node.ts'

const nodes = [node('node-a', '192.0.2.11'), node('node-b', '2001:db8::b')]
const machine = { name: 'laptop', addresses: [], bootId: undefined }

describe('the node that a machine is', () => {
  it.each([
    ['by its address', { ...machine, addresses: ['127.0.0.1', '192.0.2.11'] }, 'node-a'],
    ['by an address in another spelling', { ...machine, addresses: ['2001:DB8:0::b'] }, 'node-b'],
    ['by its name', { ...machine, name: 'node-b' }, 'node-b'],
    ['by its address before its name', { ...machine, name: 'node-b', addresses: ['192.0.2.11'] }, 'node-a'],
    ['none', { ...machine, addresses: ['127.0.0.1', '192.0.2.99'] }, undefined],
  ])('is found %s', (_how, asked, found) => {
    expect(thisNode(nodes, asked)).toBe(found)
  })

  it('is not one that was started another time: another network may use the same address', () => {
    const other = node('node-a', '192.0.2.11')
    Object.assign(other['status'] as object, { nodeInfo: { bootID: 'one' } })
    const asked = { ...machine, addresses: ['192.0.2.11'] }
    expect(thisNode([other], { ...asked, bootId: 'two' })).toBeUndefined()
    expect(thisNode([other], { ...asked, bootId: 'one' })).toBe('node-a')
    expect(thisNode([other], asked)).toBe('node-a')
  })

  it('is none where every node has a loopback or link-local address', () => {
    const odd = node('node-c', 'fe80::1')
    expect(thisNode([odd], { ...machine, addresses: ['fe80::1', '::1', '127.0.0.1'] })).toBeUndefined()
  })
})
