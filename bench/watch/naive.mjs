// What client-node offers: an informer that keeps whole objects, started again a second after it fails, as its examples do.
import { CoreV1Api, DiscoveryV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

export function watchAll(kubeconfig) {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  const discovery = config.makeApiClient(DiscoveryV1Api)
  let events = 0
  let started = 0
  let running = true
  const informers = [
    ['/api/v1/services', () => core.listServiceForAllNamespaces()],
    ['/apis/discovery.k8s.io/v1/endpointslices', () => discovery.listEndpointSliceForAllNamespaces()],
  ].map(([path, list]) => {
    const informer = makeInformer(config, path, list)
    for (const name of ['add', 'update', 'delete'])
      informer.on(name, () => {
        events++
      })
    informer.on('error', () => {
      if (running) setTimeout(() => running && informer.start(), 1_000)
    })
    informer.start().then(() => {
      started++
    })
    return informer
  })
  return {
    events: () => events,
    size: () => informers.reduce((sum, informer) => sum + informer.list().length, 0),
    has: (key) => {
      const [namespace, name] = key.split('/')
      return informers.some((informer) => informer.get(name, namespace) !== undefined)
    },
    synced: () => started === informers.length,
    stop: () => {
      running = false
      for (const informer of informers) void informer.stop()
    },
  }
}
