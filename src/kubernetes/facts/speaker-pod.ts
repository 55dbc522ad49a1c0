// Pods that are speakers of MetalLB: on which node they are, whether they live, of which release.
import type { SpeakerInstance } from '../../speaker/coexistence/beside.ts'
import { asRecord, asText } from '../status.ts'

/** Manifests use the first, Helm charts the second (metallb.md §7.6). */
export const METALLB_SPEAKER_LABELS = [
  'app=metallb,component=speaker',
  'app.kubernetes.io/name=metallb,app.kubernetes.io/component=speaker',
] as const

export function speakerInstance(raw: Readonly<Record<string, unknown>>): SpeakerInstance {
  const metadata = asRecord(raw['metadata'])
  const spec = asRecord(raw['spec'])
  const [owner] = listOf(metadata['ownerReferences']).map(asRecord)
  return {
    pod: asText(metadata['name']),
    nodeName: asText(spec['nodeName']),
    alive: asRecord(raw['status'])['phase'] === 'Running' && metadata['deletionTimestamp'] === undefined,
    tag: tagOf(imageOf(spec['containers'])),
    owner: owner === undefined ? undefined : `${asText(owner['kind'])}/${asText(owner['name'])}`,
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Bitnami's chart calls the container metallb-speaker. */
const imageOf = (containers: unknown): string =>
  asText(
    listOf(containers)
      .map(asRecord)
      .find(({ name }) => asText(name).endsWith('speaker'))?.['image'],
  )

/** A tag stands after the last slash and before a digest: `registry:5000/metallb/speaker@sha256:…` has none. */
function tagOf(image: string): string | undefined {
  const [named = ''] = image.split('@')
  const tag = /^[^:]+:v?([^:]+)$/.exec(named.slice(named.lastIndexOf('/') + 1))?.[1]
  // Bitnami's says of which system the image is, too.
  return /^\d+\.\d+\.\d+/.exec(tag ?? '')?.[0] ?? tag
}
