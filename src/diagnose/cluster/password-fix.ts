// A BGPPeer that is right and names a Secret that is not: the peer is not what has to be edited, and the type of a Secret cannot be changed.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ClusterDraft } from './cluster-check.ts'
import type { ClusterView } from './cluster-view.ts'

/** Undefined for problems that are no Secret's, and where the namespace of MetalLB is not known. */
export function passwordFix(
  problem: Diagnostic | undefined,
  { objects, installation }: ClusterView,
): ClusterDraft['fix'][number] | undefined {
  const { code = '', subject, hint } = problem ?? {}
  if (!['V803', 'V804', 'V805'].includes(code)) return undefined
  // There is one of nearly this name: then it is the peer that has to be edited.
  if (code === 'V803' && hint !== undefined) return undefined
  const peer = objects.peers.find(
    ({ name, namespace }) => name === subject?.name && namespace === subject.namespace,
  )
  const { name = '', namespace: wanted = '' } = peer?.spec.passwordSecret ?? {}
  const home = installation?.namespace ?? peer?.namespace
  if (name === '' || home === undefined) return undefined
  const kubectl = `kubectl -n ${home}`
  const make = `${kubectl} create secret generic ${name} --type=kubernetes.io/basic-auth --from-literal=password=PASSWORD`
  const away = `${kubectl} delete secret ${name} && `
  return {
    text: [
      code === 'V803'
        ? `Make the Secret in ${home}, the namespace of MetalLB, with the password of the router.`
        : `Make the Secret anew with the password of the router under the key "password"${code === 'V804' ? ': its type cannot be changed' : ''}.`,
      ...(code === 'V803' && wanted !== '' && wanted !== home
        ? [
            `What the Secret of this name in ${wanted} holds was not looked at: MetalLB does not read it either.`,
          ]
        : []),
    ].join(' '),
    command: code === 'V803' ? make : away + make,
  }
}
