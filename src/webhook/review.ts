// AdmissionReview and ConversionReview: read without trust in their shape, answered in the version in which they came.
import type { Json, JsonObject, KubeObject } from '../config/kube-object.ts'

export interface AdmissionRequest {
  readonly uid: string
  readonly operation: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
}

export interface Cause {
  /** `spec.addresses[0]` */
  readonly field: string
  readonly message: string
}

export type AdmissionAnswer =
  | { readonly allowed: true; readonly warnings: readonly string[] }
  | {
      readonly allowed: false
      readonly message: string
      readonly causes: readonly Cause[]
      readonly warnings: readonly string[]
    }

export interface ConversionRequest {
  readonly apiVersion: string
  readonly uid: string
  readonly desiredApiVersion: string
  readonly objects: readonly JsonObject[]
}

/** `undefined`: this is no AdmissionReview of version v1. */
export function readAdmissionReview(body: unknown): AdmissionRequest | undefined {
  const review = recordOf(body)
  if (review['apiVersion'] !== 'admission.k8s.io/v1' || review['kind'] !== 'AdmissionReview') return undefined
  const request = recordOf(review['request'])
  const [uid, operation] = [textOf(request['uid']), textOf(request['operation'])]
  if (uid === '' || operation === '') return undefined
  const object = objectOf(request['object'])
  const oldObject = objectOf(request['oldObject'])
  return {
    uid,
    operation,
    kind: textOf(recordOf(request['kind'])['kind']),
    namespace: textOf(request['namespace']),
    // With generateName the name is made after this request.
    name: textOf(request['name']) || (object ?? oldObject)?.metadata.name || '',
    object,
    oldObject,
  }
}

export function admissionReview(request: AdmissionRequest, answer: AdmissionAnswer): JsonObject {
  const { warnings } = answer
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: request.uid,
      allowed: answer.allowed,
      ...(answer.allowed ? {} : { status: refusal(request, answer) }),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  }
}

/**
 * Where there are causes, kubectl shows them and not the message, under the kind and the name: without these it says no more than
 * that the request is invalid. Where there are none it shows the message, as long as kind and name are not given.
 */
function refusal(
  { kind, name }: AdmissionRequest,
  { message, causes }: Extract<AdmissionAnswer, { allowed: false }>,
): JsonObject {
  const details = {
    ...(name === '' ? {} : { name }),
    group: 'metallb.io',
    kind,
    causes: causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })),
  }
  return { code: 422, reason: 'Invalid', message, ...(causes.length === 0 ? {} : { details }) }
}

/** `undefined`: this is no ConversionReview. Both versions of the review have one shape. */
export function readConversionReview(body: unknown): ConversionRequest | undefined {
  const review = recordOf(body)
  const apiVersion = textOf(review['apiVersion'])
  if (!/^apiextensions\.k8s\.io\/v1(beta1)?$/.test(apiVersion) || review['kind'] !== 'ConversionReview')
    return undefined
  const request = recordOf(review['request'])
  const { uid, desiredAPIVersion, objects } = request
  if (typeof uid !== 'string' || typeof desiredAPIVersion !== 'string' || !Array.isArray(objects))
    return undefined
  return { apiVersion, uid, desiredApiVersion: desiredAPIVersion, objects: objects.map(recordOf) }
}

export type ConversionAnswer =
  | { readonly ok: true; readonly objects: readonly JsonObject[] }
  | { readonly ok: false; readonly message: string }

export const conversionReview = (
  { apiVersion, uid }: ConversionRequest,
  answer: ConversionAnswer,
): JsonObject => ({
  apiVersion,
  kind: 'ConversionReview',
  response: answer.ok
    ? { uid, convertedObjects: answer.objects, result: { status: 'Success' } }
    : { uid, convertedObjects: [], result: { status: 'Failure', message: answer.message } },
})

export const recordOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** An object has a kind and metadata; whatever else comes is none. */
function objectOf(value: Json | undefined): KubeObject | undefined {
  const object = recordOf(value)
  if (typeof object['kind'] !== 'string' || typeof object['apiVersion'] !== 'string') return undefined
  const metadata = recordOf(object['metadata'])
  return { ...object, metadata: { ...metadata, name: textOf(metadata['name']) } } as unknown as KubeObject
}
