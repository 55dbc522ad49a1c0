import { expect, it } from 'vitest'
import { configurationAccepted } from './checks/configuration-accepted.ts'
import { worldWith } from './testing/cases.ts'
import { object, viewOf } from './testing/world.ts'
import * as make from './testing/world-objects.ts'

const MAKE =
  'kubectl -n metallb-system create secret generic tor --type=kubernetes.io/basic-auth --from-literal=password=PASSWORD'

/** @param secret name and type of the Secret that is there */
function commandFor(
  passwordSecret: object,
  secret: readonly [string, string] | undefined,
): string | undefined {
  const view = viewOf(
    worldWith((world) => {
      Object.assign(object(world, 'configuration', 'tor', 'BGPPeer').spec, { passwordSecret })
      if (secret !== undefined) world.planes.secrets.push(make.secret(...secret))
    }),
  )
  const outcome = configurationAccepted.evaluate(view)
  return outcome.result === 'fail' ? outcome.findings[0]?.fix[0]?.command : undefined
}

it.each([
  ['none is there', { name: 'tor' }, undefined, MAKE],
  ['none is where MetalLB looks', { name: 'tor', namespace: 'shop' }, undefined, MAKE],
  [
    'its type is wrong',
    { name: 'tor' },
    ['tor', 'Opaque'] as const,
    `kubectl -n metallb-system delete secret tor && ${MAKE}`,
  ],
  [
    'there is one of nearly this name, and the peer has to name it',
    { name: 'router-tor' },
    ['router-tor1', 'kubernetes.io/basic-auth'] as const,
    'kubectl -n metallb-system edit bgppeer tor',
  ],
])('%s', (_, passwordSecret, secret, expected) => {
  expect(commandFor(passwordSecret, secret)).toBe(expected)
})
