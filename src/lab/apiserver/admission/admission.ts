// Admission by webhooks: which ones a write concerns, what they are asked, and what their answers mean.
import { clone, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import { type LabelRequirement, labelsMatch } from '../list/label-selector.ts'
import { jsonPatch, type PatchOperation } from '../patch/json-patch.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type ApiRefusal, failure, type StatusDetails } from '../status.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { AdmittedWrite } from './admitted-write.ts'
import type { WebhookCaller } from './webhook-caller.ts'

type Operation = 'CREATE' | 'UPDATE' | 'DELETE'

export class Admission {
  readonly #call: WebhookCaller
  readonly #store: ObjectStore
  readonly #uuid: () => string
  constructor(call: WebhookCaller, store: ObjectStore, uuid: () => string) {
    this.#call = call
    this.#store = store
    this.#uuid = uuid
  }

  /** The object as mutating webhooks leave it. Throws what a webhook refuses. */
  async mutate(
    write: AdmittedWrite,
    object: KubeObject,
    old: KubeObject | undefined,
    operation: Operation,
  ): Promise<KubeObject> {
    let present = object
    for (const webhook of matching(this.#store, write, 'mutatingwebhookconfigurations', present, operation)) {
      const response = await this.#ask(write, webhook, present, old, operation)
      const patch = textAt(response, 'patch')
      if (patch === '') continue
      const operations = JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as PatchOperation[]
      const patched = jsonPatch(present, operations)
      if (patched === undefined) throw callFailure(webhook, 'the patch of the webhook cannot be applied')
      present = patched.value as KubeObject
    }
    return present
  }

  /** Throws what a webhook refuses. */
  async validate(
    write: AdmittedWrite,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
    operation: Operation,
  ): Promise<void> {
    const webhooks = matching(this.#store, write, 'validatingwebhookconfigurations', object ?? old, operation)
    await Promise.all(webhooks.map((webhook) => this.#ask(write, webhook, object, old, operation)))
  }

  async #ask(
    write: AdmittedWrite,
    webhook: JsonObject,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
    operation: Operation,
  ): Promise<JsonObject> {
    const uid = this.#uuid()
    const review = reviewOf(write, uid, object, old, operation)
    let response: JsonObject
    try {
      const body = await this.#call(
        objectAt(webhook, 'clientConfig'),
        review,
        Number(webhook['timeoutSeconds'] ?? 10),
      )
      response = objectAt(body, 'response')
      const got = textAt(response, 'uid')
      if (got !== uid)
        throw new Error(`received invalid webhook response: expected response.uid="${uid}", got "${got}"`)
    } catch (error) {
      if (webhook['failurePolicy'] === 'Ignore') return {}
      throw callFailure(webhook, error instanceof Error ? error.message : String(error))
    }
    for (const warning of listAt(response, 'warnings')) write.warnings.push(String(warning))
    if (response['allowed'] !== true) throw denial(webhook, objectAt(response, 'status'))
    return response
  }
}

function reviewOf(
  write: AdmittedWrite,
  uid: string,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  operation: Operation,
): JsonObject {
  const { served, target, user, options } = write
  const given = write.query.get('fieldManager') ?? ''
  const { group, version, kind, plural } = served.resource
  const what = { group, version, kind }
  const where = { group, version, resource: plural }
  const optionKind = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' }[operation]
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: what,
      resource: where,
      ...(target.subresource === '' ? {} : { subResource: target.subresource }),
      requestKind: what,
      requestResource: where,
      ...(target.subresource === '' ? {} : { requestSubResource: target.subresource }),
      name: textAt(object ?? old, 'metadata', 'name'),
      ...(target.namespace === '' ? {} : { namespace: target.namespace }),
      operation,
      userInfo: {
        username: user.name,
        groups: user.groups,
        ...(user.extra === undefined ? {} : { extra: user.extra }),
      },
      object: object ?? null,
      oldObject: old ?? null,
      dryRun: options.dryRun,
      options: {
        kind: optionKind,
        apiVersion: 'meta.k8s.io/v1',
        ...(options.dryRun ? { dryRun: ['All'] } : {}),
        // Only what the client gave: the name made of its user agent is for managedFields.
        ...(operation === 'DELETE' || given === '' ? {} : { fieldManager: given }),
      },
    },
  }
}

function matching(
  store: ObjectStore,
  write: AdmittedWrite,
  plural: string,
  object: KubeObject | undefined,
  operation: Operation,
): readonly JsonObject[] {
  const { served } = write
  // Webhooks are never asked about themselves, or nobody could take a broken one away.
  if (served.resource.group === 'admissionregistration.k8s.io') return []
  const configurations = store.list(`${plural}.admissionregistration.k8s.io`)
  return configurations
    .flatMap((one) => listAt(one, 'webhooks').filter(isObject))
    .filter((webhook) => concerns(store, write, webhook, object, operation))
}

function concerns(
  store: ObjectStore,
  { served, target }: AdmittedWrite,
  webhook: JsonObject,
  object: KubeObject | undefined,
  operation: Operation,
): boolean {
  const { group, version, plural, namespaced } = served.resource
  const resource = target.subresource === '' ? plural : `${plural}/${target.subresource}`
  const has = (list: readonly unknown[], word: string) => list.some((one) => one === '*' || one === word)
  const rule = listAt(webhook, 'rules').some((one) => {
    const scope = textAt(one, 'scope')
    return (
      has(listAt(one, 'operations'), operation) &&
      has(listAt(one, 'apiGroups'), group) &&
      has(listAt(one, 'apiVersions'), version) &&
      listAt(one, 'resources').some(
        (word) =>
          word === resource ||
          word === '*/*' ||
          (word === '*' && target.subresource === '') ||
          word === `${plural}/*`,
      ) &&
      (scope === '*' || scope === '' || (scope === 'Namespaced') === namespaced)
    )
  })
  if (!rule) return false
  const namespace = store.get('namespaces', target.namespace)
  const inNamespace =
    !namespaced || selects(objectAt(webhook, 'namespaceSelector'), objectAt(namespace, 'metadata', 'labels'))
  return inNamespace && selects(objectAt(webhook, 'objectSelector'), objectAt(object, 'metadata', 'labels'))
}

/** A LabelSelector object. */
function selects(selector: JsonObject, labels: JsonObject): boolean {
  const exact = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]): LabelRequirement => ({ key, operator: 'in', values: [String(value)] }),
  )
  const words: Readonly<Record<string, LabelRequirement['operator']>> = {
    In: 'in',
    NotIn: 'notin',
    Exists: 'exists',
    DoesNotExist: 'missing',
  }
  const listed = listAt(selector, 'matchExpressions').map(
    (one): LabelRequirement => ({
      key: textAt(one, 'key'),
      operator: words[textAt(one, 'operator')] ?? 'exists',
      values: listAt(one, 'values').map(String),
    }),
  )
  return labelsMatch([...exact, ...listed], labels)
}

function denial(webhook: JsonObject, status: JsonObject): ApiRefusal {
  const message = textAt(status, 'message')
  const reason = textAt(status, 'reason')
  const code = typeof status['code'] === 'number' && status['code'] > 0 ? status['code'] : 400
  const text = `admission webhook ${JSON.stringify(textAt(webhook, 'name'))} denied the request`
  const words =
    message !== ''
      ? `${text}: ${message}`
      : reason !== ''
        ? `${text}: ${reason}`
        : `${text} without explanation`
  const details = status['details']
  return failure(
    code,
    reason === '' ? undefined : reason,
    words,
    isObject(details) ? (clone(details) as StatusDetails) : undefined,
  )
}

function callFailure(webhook: JsonObject, why: string): ApiRefusal {
  const message = `failed calling webhook ${JSON.stringify(textAt(webhook, 'name'))}: ${why}`
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}
