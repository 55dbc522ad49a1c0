// CustomResourceDefinition and the webhook configurations: kinds that change what the server does.
import { ensureObject, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type Cause, invalidValue, requiredValue } from '../status.ts'

export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

export const DEFINITION_RULES: KindRules = {
  generation: true,
  deleteAnswersObject: true,
  defaults: (object) => {
    const spec = ensureObject(object, 'spec')
    const names = ensureObject(spec, 'names')
    const kind = textAt(names, 'kind')
    names['singular'] ??= kind.toLowerCase()
    names['listKind'] ??= `${kind}List`
    spec['conversion'] ??= { strategy: 'None' }
    for (const version of listAt(spec, 'versions').filter(isObject)) defaultVersion(version)
  },
  prepareCreate: (object) => {
    const stored = listAt(object, 'spec', 'versions').filter(
      (version) => isObject(version) && version['storage'] === true,
    )
    object['status'] = {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: stored.map((version) => textAt(version, 'name')),
    }
  },
  validate: (object) => {
    const group = textAt(object, 'spec', 'group')
    const plural = textAt(object, 'spec', 'names', 'plural')
    const causes: Cause[] = []
    const name = textAt(object, 'metadata', 'name')
    if (name !== `${plural}.${group}`) {
      const words = 'must be spec.names.plural+"."+spec.group'
      causes.push(invalidValue('metadata.name', JSON.stringify(name), words))
    }
    const versions = listAt(object, 'spec', 'versions')
    if (versions.length === 0) causes.push(requiredValue('spec.versions', 'must have at least one version'))
    if (
      versions.length > 0 &&
      versions.filter((version) => isObject(version) && version['storage'] === true).length !== 1
    ) {
      causes.push(
        invalidValue(
          'spec.versions',
          goVersions(versions),
          'must have exactly one version marked as storage version',
        ),
      )
    }
    return causes
  },
}

const goVersions = (versions: readonly unknown[]): string =>
  `[${versions.map((version) => JSON.stringify(textAt(version, 'name'))).join(', ')}]`

function defaultVersion(version: JsonObject): void {
  for (const column of listAt(version, 'additionalPrinterColumns').filter(isObject)) {
    if (column['priority'] === 0) delete column['priority']
  }
}

/** What the naming and establishing controllers write into the status of a definition; undefined when it is there. */
export function establishedStatus(definition: KubeObject, nowIso: string): JsonObject | undefined {
  const present = listAt(definition, 'status', 'conditions')
  if (present.some((condition) => textAt(condition, 'type') === 'Established')) return undefined
  const names = objectAt(definition, 'spec', 'names')
  const condition = (type: string, reason: string, message: string) => ({
    lastTransitionTime: nowIso,
    message,
    reason,
    status: 'True',
    type,
  })
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: names,
    storedVersions: listAt(definition, 'status', 'storedVersions'),
  }
}

/** The condition of a definition whose objects are being deleted. */
export const terminatingCondition = (nowIso: string): JsonObject => ({
  lastTransitionTime: nowIso,
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  reason: 'InstanceDeletionPending',
  status: 'True',
  type: 'Terminating',
})

function defaultWebhooks(object: KubeObject, mutating: boolean): void {
  for (const webhook of listAt(object, 'webhooks').filter(isObject)) {
    webhook['failurePolicy'] ??= 'Fail'
    webhook['matchPolicy'] ??= 'Equivalent'
    webhook['namespaceSelector'] ??= {}
    webhook['objectSelector'] ??= {}
    webhook['timeoutSeconds'] ??= 10
    if (mutating) webhook['reinvocationPolicy'] ??= 'Never'
    for (const rule of listAt(webhook, 'rules').filter(isObject)) rule['scope'] ??= '*'
    const service = objectAt(webhook, 'clientConfig')['service']
    if (isObject(service)) service['port'] ??= 443
  }
}

export const webhookRules = (mutating: boolean): KindRules => ({
  generation: true,
  defaults: (object) => defaultWebhooks(object, mutating),
  validate: (object) =>
    listAt(object, 'webhooks').flatMap((webhook, at) =>
      listAt(webhook, 'admissionReviewVersions').length > 0
        ? []
        : [requiredValue(`webhooks[${at}].admissionReviewVersions`, 'must specify one of v1, v1beta1')],
    ),
})
