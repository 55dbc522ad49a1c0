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
    const what = `conversion webhook for ${objects[0]?.apiVersion}, Kind=${objects[0]?.kind} failed`
    let response: unknown
    try {
      response = (await call(objectAt(webhook, 'clientConfig'), review, TIMEOUT_SECONDS))['response']
    } catch (error) {
      const why =
        error instanceof Error ? error.message.replace('failed to call webhook: ', '') : String(error)
      throw failure(500, undefined, `${what}: ${why}`)
    }
    if (textAt(response, 'result', 'status') !== 'Success') {
      throw failure(500, undefined, `${what}: ${textAt(response, 'result', 'message')}`)
    }
    return listAt(response, 'convertedObjects') as readonly KubeObject[]
  }
