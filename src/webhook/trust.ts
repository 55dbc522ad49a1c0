// Which certificate the API server trusts is written in the objects that send it to us: `caBundle`, in every one of their webhooks
// that names our Service. Others in the same object are not touched.
import type { Json, JsonObject, KubeObject } from '../config/kube-object.ts'
import { recordOf } from './review.ts'

export interface OurService {
  readonly namespace: string
  readonly name: string
}

/** The merge patch that has the API server trust `caBundle` (base64 of PEM); `undefined` when there is nothing to change. */
export function trustPatch(
  object: KubeObject,
  service: OurService,
  caBundle: string,
): { readonly [field: string]: Json } | undefined {
  return object.kind === 'CustomResourceDefinition'
    ? conversionPatch(object, service, caBundle)
    : webhooksPatch(object, service, caBundle)
}

const isOurs = (clientConfig: JsonObject, { namespace, name }: OurService): boolean => {
  const service = recordOf(clientConfig['service'])
  return service['namespace'] === namespace && service['name'] === name
}

function conversionPatch(object: KubeObject, service: OurService, caBundle: string) {
  const conversion = recordOf(recordOf(object['spec'])['conversion'])
  const clientConfig = recordOf(recordOf(conversion['webhook'])['clientConfig'])
  if (conversion['strategy'] !== 'Webhook' || !isOurs(clientConfig, service)) return undefined
  if (clientConfig['caBundle'] === caBundle) return undefined
  return { spec: { conversion: { webhook: { clientConfig: { caBundle } } } } }
}

/** A merge patch replaces lists as a whole, so all members go along as they are. */
function webhooksPatch(object: KubeObject, service: OurService, caBundle: string) {
  const webhooks = Array.isArray(object['webhooks']) ? object['webhooks'].map(recordOf) : []
  let changes = false
  const patched = webhooks.map((webhook): Json => {
    const clientConfig = recordOf(webhook['clientConfig'])
    if (!isOurs(clientConfig, service) || clientConfig['caBundle'] === caBundle) return webhook
    changes = true
    return { ...webhook, clientConfig: { ...clientConfig, caBundle } }
  })
  return changes ? { webhooks: patched } : undefined
}
