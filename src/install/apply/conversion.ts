// The CRD with two versions sends its objects through the controller. It stays when the controller goes, so it has to be told: who asks
// for the other version would wait for a Service that is gone.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterWriter, LiveObject, ObjectRef } from '../../migrate/ports.ts'
import { WEBHOOK_SERVICE } from '../names.ts'

interface Conversion {
  readonly strategy?: string
  readonly webhook?: {
    readonly conversionReviewVersions?: readonly string[]
    readonly clientConfig?: { readonly service?: { readonly name?: string; readonly namespace?: string } }
  }
}

const conversionOf = (object: KubeObject): Conversion | undefined =>
  object.kind === 'CustomResourceDefinition'
    ? (object['spec'] as { readonly conversion?: Conversion }).conversion
    : undefined

/** Whether a webhook, whoever's, converts the objects of this CRD. */
export const isConverted = (object: KubeObject): boolean => conversionOf(object)?.strategy === 'Webhook'

/** Whether objects of this CRD are converted by the controller of the namespace. */
export function convertsByUs(crd: KubeObject, namespace: string): boolean {
  const service = conversionOf(crd)?.webhook?.clientConfig?.service
  return isConverted(crd) && service?.name === WEBHOOK_SERVICE && service.namespace === namespace
}

/** The wanted CRD with the webhook of the one that is there; which certificate is trusted is a matter of who serves it. */
export function withConversionOf(before: KubeObject, wanted: KubeObject): KubeObject {
  const { webhook } = conversionOf(before) ?? {}
  const { service } = webhook?.clientConfig ?? {}
  if (service === undefined) return wanted
  const conversion = { strategy: 'Webhook', webhook: { ...webhook, clientConfig: { service } } }
  return { ...wanted, spec: { ...(wanted['spec'] as object), conversion } }
}

/** The API server converts by itself: what both versions have stays, what one alone has is left out of the answers in the other. */
const BY_ITSELF: { readonly [field: string]: Json } = {
  spec: { conversion: { strategy: 'None', webhook: null } },
}

/** @throws LbctlError */
export async function convertWithoutUs(
  writer: ClusterWriter,
  ref: ObjectRef,
  seen: LiveObject,
): Promise<void> {
  await guarded(writer, ref, seen, async ({ metadata: { resourceVersion } }) => {
    await writer.patch(ref, BY_ITSELF, { dryRun: false, resourceVersion })
  })
}

/**
 * A write that is guarded by the version of an object. A status that is written all the time changes it between look and write; the
 * uid says that it is the same object. Nothing is done to another one of the same name. @throws LbctlError
 */
export async function guarded(
  writer: Pick<ClusterWriter, 'get'>,
  ref: ObjectRef,
  seen: LiveObject,
  write: (live: LiveObject) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const live = attempt === 1 ? seen : await writer.get(ref)
    if (live === undefined || live.metadata.uid !== seen.metadata.uid) return
    try {
      await write(live)
      return
    } catch (error) {
      if (!(error instanceof LbctlError) || error.kind !== 'conflict' || attempt === 4) throw error
    }
  }
}
