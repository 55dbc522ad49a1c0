// For the Prometheus operator.
import type { InstallItem } from './install-item.ts'
import { CONTROLLER, type Component, metadataIn, SPEAKER, selectorOf } from './names.ts'
import { hasController, hasSpeaker, type InstallOptions } from './options.ts'

export function podMonitorItems(options: InstallOptions): readonly InstallItem[] {
  if (!options.podMonitor) return []
  const monitor = (name: string, component: Component): InstallItem => ({
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: metadataIn(options, name, component),
      spec: {
        selector: { matchLabels: selectorOf(component) },
        podMetricsEndpoints: [{ port: 'metrics', path: '/metrics', interval: '30s' }],
      },
    },
  })
  return [
    ...(hasSpeaker(options) ? [monitor(SPEAKER, 'speaker')] : []),
    ...(hasController(options) ? [monitor(CONTROLLER, 'controller')] : []),
  ]
}
