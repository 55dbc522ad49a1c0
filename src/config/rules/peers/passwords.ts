// V213–V215, V803–V806: how a peer gets its password.
import { type BGPPeer, isGiven, keySpan } from '../../objects/read-object.ts'
import { didYouMean } from '../../schema/nearest.ts'
import { type RuleContext, related } from '../context.ts'

const SECRET_TYPE = 'kubernetes.io/basic-auth'

export function peerPasswords(context: RuleContext): void {
  for (const peer of context.objects.peers) {
    const { password = '', passwordSecret } = peer.spec
    const secretName = passwordSecret?.name ?? ''
    // A password that is no text is one all the same.
    if (isGiven(peer, 'password') && secretName !== '')
      context.report('V213', peer, {
        message: 'Both password and passwordSecret are set.',
        path: ['spec', 'password'],
        at: keySpan(peer, ['spec'], 'password'),
        related: [{ message: 'passwordSecret is here', at: keySpan(peer, ['spec'], 'passwordSecret') }],
        hint: 'Remove password: everyone who may read the peer can read it.',
      })
    else if (password !== '')
      context.report('V214', peer, {
        message: 'The password stands in the object, where everyone who may read BGPPeers can read it.',
        path: ['spec', 'password'],
        at: keySpan(peer, ['spec'], 'password'),
        hint: `Put it into a Secret of type ${SECRET_TYPE} under the key "password", and name that in passwordSecret.`,
      })
    if (secretName !== '') secret(context, peer, secretName)
  }
}

function secret(context: RuleContext, peer: BGPPeer, name: string): void {
  const { secrets } = context.objects
  const path = ['spec', 'passwordSecret', 'name']
  const home = context.options.namespace ?? peer.namespace
  const wanted = peer.spec.passwordSecret?.namespace ?? ''
  if (wanted !== '' && home !== undefined && wanted !== home)
    context.report('V215', peer, {
      message: `The Secret is looked for in "${wanted}", but MetalLB may read Secrets of "${home}" only.`,
      path: ['spec', 'passwordSecret', 'namespace'],
    })
  if (secrets.length === 0) {
    context.report('V806', peer, {
      message: `Whether the Secret "${name}" exists and holds a password was not checked: no Secret is among the objects.`,
      path,
    })
    return
  }
  // MetalLB lists the Secrets of its own namespace and takes one by its name, whatever namespace the peer says.
  const namespace = home ?? (wanted === '' ? undefined : wanted)
  const near = secrets.filter(
    (s) => namespace === undefined || s.namespace === undefined || s.namespace === namespace,
  )
  const found = near.find((s) => s.name === name)
  if (found === undefined) {
    const hint = didYouMean(
      name,
      near.map((s) => s.name),
    )
    context.report('V803', peer, {
      message: `There is no Secret "${name}"${namespace === undefined ? '' : ` in the namespace "${namespace}"`}.`,
      path,
      ...(hint === '' ? {} : { hint }),
    })
  } else if (found.type !== SECRET_TYPE)
    context.report('V804', peer, {
      message: `The Secret "${name}" has the type ${found.type}; MetalLB takes ${SECRET_TYPE} only.`,
      path,
      related: [related(found)],
      hint: 'The type of a Secret cannot be changed: delete it and create it again.',
    })
  else if (!found.keys.includes('password'))
    context.report('V805', peer, {
      message: `The Secret "${name}" has no key "password".`,
      path,
      related: [related(found)],
    })
}
