import { expect, it } from 'vitest'
import { keeperOf } from './kept-by.ts'

const labels = (entries: Record<string, string>) => ({ labels: entries })
const annotations = (entries: Record<string, string>) => ({ annotations: entries })
const writtenBy = (manager: string, subresource?: string) => ({
  managedFields: [{ manager: 'kubectl' }, { manager, ...(subresource === undefined ? {} : { subresource }) }],
})

it.each([
  [annotations({ 'argocd.argoproj.io/tracking-id': 'shop:/Service:shop/web' }), 'Argo CD (application shop)'],
  [labels({ 'argocd.argoproj.io/instance': 'shop' }), 'Argo CD (application shop)'],
  [writtenBy('argocd-controller'), 'Argo CD'],
  [
    labels({
      'kustomize.toolkit.fluxcd.io/name': 'apps',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    }),
    'Flux (Kustomization flux-system/apps)',
  ],
  [writtenBy('helm-controller'), 'Flux'],
  [
    {
      ...labels({ 'app.kubernetes.io/managed-by': 'Helm', 'helm.toolkit.fluxcd.io/name': 'metallb' }),
      ...annotations({ 'meta.helm.sh/release-name': 'metallb' }),
    },
    'Flux (HelmRelease metallb)',
  ],
  [annotations({ 'meta.helm.sh/release-name': 'metallb' }), 'Helm (release metallb)'],
  [labels({ 'app.kubernetes.io/managed-by': 'Helm' }), 'Helm'],
])('%j is kept by %s', (metadata, name) => {
  expect(keeperOf({ metadata: { name: 'x', ...metadata } })?.name).toBe(name)
})

it.each([
  [labels({ 'app.kubernetes.io/managed-by': 'kustomize', 'app.kubernetes.io/instance': 'shop' })],
  [annotations({ 'kubectl.kubernetes.io/last-applied-configuration': '{}' })],
  [writtenBy('kubectl-client-side-apply')],
  [writtenBy('helm', 'status')],
  [{}],
])('%j is kept by nobody', (metadata) => {
  expect(keeperOf({ metadata: { name: 'x', ...metadata } })).toBeUndefined()
})

it('says where the release is', () => {
  const metadata = {
    name: 'x',
    ...annotations({ 'meta.helm.sh/release-name': 'lb', 'meta.helm.sh/release-namespace': 'metallb-system' }),
  }
  expect(keeperOf({ metadata })?.instead).toContain('helm get values lb -n metallb-system')
})
