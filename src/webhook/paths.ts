// Which path is answered by whom.
import type { JsonObject } from '../config/kube-object.ts'
import { CONVERSION_PATH, VALIDATED_KINDS, validationPath } from '../install/webhook-objects.ts'
import { type AdmissionContext, admit } from './admission.ts'
import { convert } from './conversion.ts'
import { admissionReview, conversionReview, readAdmissionReview, readConversionReview } from './review.ts'

const VALIDATION_PATHS: ReadonlySet<string> = new Set(VALIDATED_KINDS.map(validationPath))

export type WebhookAnswer =
  | { readonly status: 200; readonly body: JsonObject }
  /** a sentence for whoever reads the log of the API server */
  | { readonly status: 400 | 404 | 503; readonly text: string }

/** `context` is asked for only when it is needed; `undefined`: the cluster is not known yet. */
export function answerReview(
  path: string,
  body: unknown,
  context: () => AdmissionContext | undefined,
): WebhookAnswer {
  if (path === CONVERSION_PATH) {
    const request = readConversionReview(body)
    if (request === undefined)
      return { status: 400, text: 'This is no ConversionReview of apiextensions.k8s.io.' }
    return { status: 200, body: conversionReview(request, convert(request)) }
  }
  if (!VALIDATION_PATHS.has(path)) return { status: 404, text: `Nothing is answered at ${path}.` }
  const request = readAdmissionReview(body)
  if (request === undefined)
    return { status: 400, text: 'This is no AdmissionReview of admission.k8s.io/v1.' }
  const around = context()
  if (around === undefined)
    return { status: 503, text: 'The configuration of the cluster is not read yet; try again in a moment.' }
  return { status: 200, body: admissionReview(request, admit(request, around)) }
}
