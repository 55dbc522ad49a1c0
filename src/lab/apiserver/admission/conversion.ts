// Conversion webhooks of CustomResourceDefinitions.
import { listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { failure } from '../status.ts'
import type { ConversionWebhook } from '../storage/presenter.ts'
import type { WebhookCaller } from './webhook-caller.ts'

const TIMEOUT_SECONDS = 30

/** Throws a 500 in the words of a real server. */
export const conversionCaller =
  (call: WebhookCaller, uuid: () => string): ConversionWebhook =>
  async (webhook, desiredAPIVersion, objects) => {
    const uid = uuid()
    const review = {
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1',
      request: { uid, desiredAPIVersion, objects },
    }
    const of = `conversion webhook for ${objects[0]?.apiVersion}, Kind=${objects[0]?.kind}`
    let response: unknown
    try {
      response = (await call(objectAt(webhook, 'clientConfig'), review, TIMEOUT_SECONDS))['response']
    } catch (error) {
      const why =
        error instanceof Error ? error.message.replace('failed to call webhook: ', '') : String(error)
      throw failure(500, undefined, `${of} failed: ${why}`)
    }
    const wrong = faultIn(response, { uid, desiredAPIVersion, objects })
    if (wrong !== undefined) throw failure(500, undefined, `${of} ${wrong}`)
    return listAt(response, 'convertedObjects') as readonly KubeObject[]
  }

interface Asked {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: readonly KubeObject[]
}

/** What a real server does not take of a webhook, in its words. */
function faultIn(response: unknown, { uid, desiredAPIVersion, objects }: Asked): string | undefined {
  const answered = textAt(response, 'uid')
  if (answered !== uid)
    return `failed: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(answered)}`
  const status = textAt(response, 'result', 'status')
  if (status !== 'Success') {
    const message = textAt(response, 'result', 'message')
    return `failed: ${message === '' ? `response.result.status was '${status}', not 'Success'` : message}`
  }
  const converted = listAt(response, 'convertedObjects')
  if (converted.length !== objects.length)
    return `returned ${converted.length} objects, expected ${objects.length}`
  for (const [at, object] of converted.entries()) {
    const invalid = `returned invalid converted object at index ${at}: invalid`
    const [version, kind] = [textAt(object, 'apiVersion'), textAt(object, 'kind')]
    if (version !== desiredAPIVersion)
      return `${invalid} groupVersion (expected ${desiredAPIVersion}, received ${version})`
    if (kind !== objects[at]?.kind) return `${invalid} kind (expected ${objects[at]?.kind}, received ${kind})`
    // Only labels and annotations are the webhook's affair.
    for (const field of ['name', 'namespace', 'uid'] as const)
      if (textAt(object, 'metadata', field) !== textAt(objects[at], 'metadata', field))
        return `returned invalid metadata: field is immutable: metadata.${field}`
  }
  return undefined
}
