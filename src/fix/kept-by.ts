// Who would change an object back: a program that keeps it as a repository or a release has it. Told by what such programs write on
// every object of theirs.
import type { KubeObject } from '../config/kube-object.ts'

export interface Keeper {
  /** `Argo CD (application shop)` */
  readonly name: string
  /** when the change goes, and where to make it instead: whole sentences */
  readonly instead: string
}

/** Facts have no `managedFields`; a live object has. */
type Kept = Pick<KubeObject, 'metadata'>
type Find = (object: Kept) => Keeper | undefined

export const keeperOf = (object: Kept): Keeper | undefined =>
  FINDERS.reduce<Keeper | undefined>((found, find) => found ?? find(object), undefined)

const labelOf = ({ metadata }: Kept, key: string): string | undefined => metadata.labels?.[key]
const annotationOf = ({ metadata }: Kept, key: string): string | undefined => metadata.annotations?.[key]

/** Whether one of these programs claims fields of it; statuses do not count. */
function isWrittenBy({ metadata }: Kept, ...managers: readonly string[]): boolean {
  const { managedFields } = metadata as { readonly managedFields?: unknown }
  const entries = (Array.isArray(managedFields) ? managedFields : []) as readonly {
    readonly manager?: string
    readonly subresource?: string
  }[]
  return entries.some(
    ({ manager = '', subresource = '' }) => subresource === '' && managers.includes(manager),
  )
}

const inBrackets = (kind: string, name: string | undefined): string =>
  name === undefined ? '' : ` (${kind} ${name})`

/** The tracking annotation begins with the name of the application. */
function argo(object: Kept): Keeper | undefined {
  const tracked = annotationOf(object, 'argocd.argoproj.io/tracking-id')?.split(':')[0]
  const application = tracked ?? labelOf(object, 'argocd.argoproj.io/instance')
  const claims = isWrittenBy(object, 'argocd-controller', 'argocd-application-controller')
  if (application === undefined && !claims) return undefined
  return {
    name: `Argo CD${inBrackets('application', application)}`,
    instead:
      'With self-heal it changes it back within minutes, else with the next sync. Make the change in the Git repository of the application.',
  }
}

const FLUX = [
  ['kustomize', 'Kustomization', 'Make the change in the Git repository of the Kustomization.'],
  ['helm', 'HelmRelease', 'Make the change in the values of the HelmRelease.'],
] as const

function flux(object: Kept): Keeper | undefined {
  for (const [group, kind, where] of FLUX) {
    const name = labelOf(object, `${group}.toolkit.fluxcd.io/name`)
    if (name === undefined && !isWrittenBy(object, `${group}-controller`)) continue
    const namespace = labelOf(object, `${group}.toolkit.fluxcd.io/namespace`)
    const id = name === undefined || namespace === undefined ? name : `${namespace}/${name}`
    return {
      name: `Flux${inBrackets(kind, id)}`,
      instead: `It changes it back with its next round. ${where}`,
    }
  }
  return undefined
}

function helm(object: Kept): Keeper | undefined {
  const release = annotationOf(object, 'meta.helm.sh/release-name')
  const isOwn = labelOf(object, 'app.kubernetes.io/managed-by') === 'Helm' || isWrittenBy(object, 'helm')
  if (release === undefined && !isOwn) return undefined
  const namespace = annotationOf(object, 'meta.helm.sh/release-namespace')
  return {
    name: `Helm${inBrackets('release', release)}`,
    instead: `The next upgrade of the release changes it back. Make the change in its values${
      release === undefined
        ? '.'
        : `: helm get values ${release}${namespace === undefined ? '' : ` -n ${namespace}`}`
    }`,
  }
}

/** Flux drives Helm, so it is asked for first. */
const FINDERS: readonly Find[] = [argo, flux, helm]
