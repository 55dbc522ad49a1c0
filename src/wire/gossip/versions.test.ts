import { expect, it } from 'vitest'
import { OUR_VERSIONS, type VersionedMember, versionConflict } from './versions.ts'

const member = (
  name: string,
  change: object = {},
  state: VersionedMember['state'] = 'alive',
): VersionedMember => ({
  ...{ name, state, versions: { ...OUR_VERSIONS, ...change } },
})

it('members of one version understand each other', () => {
  expect(versionConflict([member('a')], [member('b')])).toBeUndefined()
  expect(versionConflict([], [])).toBeUndefined()
})

it('names who speaks what somebody does not understand', () => {
  const old = member('old', { protocolMax: 1, protocol: 1 })
  expect(versionConflict([old], [member('us')])).toEqual({
    ...{ name: 'us', of: 'protocol', speaks: 2, understoodMin: 1, understoodMax: 1 },
  })
  const serf = member('serf', { delegateMin: 2, delegateMax: 5, delegate: 5 })
  expect(versionConflict([serf], [member('us')])).toEqual({
    ...{ name: 'serf', of: 'delegate', speaks: 5, understoodMin: 2, understoodMax: 0 },
  })
})

it('lets nobody who is not alive restrict the others, but they must be in the range themselves', () => {
  const dead = member('dead', { protocolMin: 3, protocol: 3 }, 'dead')
  expect(versionConflict([dead], [member('us')])).toBeUndefined()
  const deaf = member('deaf', { protocol: 9 }, 'left')
  expect(versionConflict([deaf], [member('us')])).toMatchObject({ name: 'deaf', speaks: 9 })
})

it('takes a member without versions for one that speaks 0', () => {
  const silent: VersionedMember = { name: 'silent', state: 'alive', versions: undefined }
  expect(versionConflict([silent], [])).toBeUndefined()
  expect(versionConflict([silent], [member('us')])).toMatchObject({
    name: 'silent',
    speaks: 0,
    understoodMin: 1,
  })
})
