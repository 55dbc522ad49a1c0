import { describe, expect, it } from 'vitest'
import { StrategicMergeError, strategicMerge } from './strategic-merge.ts'

const SERVICE = { group: '', version: 'v1', kind: 'Service' }
const POD = { group: '', version: 'v1', kind: 'Pod' }
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' }
const http = { name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }
const https = { name: 'https', protocol: 'TCP', port: 443, targetPort: 443 }
const dns = { name: 'dns', port: 53, protocol: 'UDP' }
const ports = (list: unknown, more: object = {}) => ({ spec: { ports: list, ...more } })

describe('strategicMerge, as a real API server answered', () => {
  it.each([
    [
      'ports merge by number',
      ports([http, https]),
      ports([{ port: 443, targetPort: 8443 }]),
      ports([http, { ...https, targetPort: 8443 }]),
    ],
    ['a new port comes first', ports([http, https]), ports([dns]), ports([dns, http, https])],
    ['delete by directive', ports([dns, http]), ports([{ port: 80, $patch: 'delete' }]), ports([dns])],
    [
      'ingress is replaced whole',
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.10', ipMode: 'VIP' }] } } },
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.11' }] } } },
      { status: { loadBalancer: { ingress: [{ ip: '192.0.2.11' }] } } },
    ],
    [
      'conditions merge by type',
      { status: { conditions: [{ type: 'A', status: 'True' }] } },
      { status: { conditions: [{ type: 'B', status: 'False' }] } },
      {
        status: {
          conditions: [
            { type: 'B', status: 'False' },
            { type: 'A', status: 'True' },
          ],
        },
      },
    ],
    [
      'finalizers are a set',
      { metadata: { finalizers: ['example.com/first'] } },
      { metadata: { finalizers: ['example.com/second', 'example.com/first'] } },
      { metadata: { finalizers: ['example.com/first', 'example.com/second'] } },
    ],
    [
      'a value is taken from a set',
      { metadata: { finalizers: ['example.com/first', 'example.com/second'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/second'] } },
      { metadata: { finalizers: ['example.com/first'] } },
    ],
    [
      'null removes, a map merges',
      { metadata: { labels: { rack: 'a', zone: 'b' } } },
      { metadata: { labels: { rack: null, new: '' } } },
      { metadata: { labels: { zone: 'b', new: '' } } },
    ],
  ])('%s', (_, live, patch, expected) => {
    expect(strategicMerge(live, patch, SERVICE)).toEqual(expected)
  })

  it('refuses a directive that it does not know, in the words of the server', () => {
    const patch = ports([{ port: 80, $patch: 'nonsense' }])
    expect(() => strategicMerge(ports([http]), patch, SERVICE)).toThrow(
      new StrategicMergeError('unknown patch type: nonsense in map: map[$patch:nonsense port:80]'),
    )
  })
})

describe('strategicMerge', () => {
  it('replaces a list or a map by directive', () => {
    expect(strategicMerge(ports([http, https]), ports([{ $patch: 'replace' }, dns]), SERVICE)).toEqual(
      ports([dns]),
    )
    const live = { spec: { selector: { a: 'b' }, type: 'NodePort' } }
    expect(strategicMerge(live, { spec: { selector: { $patch: 'replace', c: 'd' } } }, SERVICE)).toEqual({
      spec: { selector: { c: 'd' }, type: 'NodePort' },
    })
    expect(strategicMerge(live, { spec: { selector: { $patch: 'delete' } } }, SERVICE)).toEqual({
      spec: { selector: {}, type: 'NodePort' },
    })
  })

  it('orders items as the patch says, with those it does not name behind their predecessor', () => {
    const patch = ports([{ port: 53, protocol: 'UDP' }], {
      '$setElementOrder/ports': [{ port: 443 }, { port: 53 }, { port: 80 }],
    })
    const other = { port: 81 }
    expect(strategicMerge(ports([http, other, https]), patch, SERVICE)).toEqual(
      ports([https, { port: 53, protocol: 'UDP' }, http, other]),
    )
  })

  it('changes the source of a volume and not adds to it', () => {
    const live = { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }
    const patch = {
      spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
    }
    expect(strategicMerge(live, patch, POD)).toEqual({
      spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    })
  })

  it('reaches containers in a template, and needs their key', () => {
    const of = (containers: object[]) => ({ spec: { template: { spec: { containers } } } })
    const live = of([{ name: 'a', image: 'old', env: [{ name: 'X', value: '1' }] }, { name: 'b' }])
    const patch = of([{ name: 'a', image: 'new', env: [{ name: 'Y', value: '2' }] }])
    expect(strategicMerge(live, patch, DEPLOYMENT)).toEqual(
      of([
        {
          name: 'a',
          image: 'new',
          env: [
            { name: 'Y', value: '2' },
            { name: 'X', value: '1' },
          ],
        },
        { name: 'b' },
      ]),
    )
    expect(() => strategicMerge(live, of([{ image: 'new' }]), DEPLOYMENT)).toThrow(
      'map: map[image:new] does not contain declared merge key: name',
    )
  })

  it('changes neither of its arguments', () => {
    const live = ports([http])
    const patch = ports([dns], { '$setElementOrder/ports': [{ port: 53 }, { port: 80 }] })
    const before = JSON.stringify([live, patch])
    strategicMerge(live, patch, SERVICE)
    expect(JSON.stringify([live, patch])).toBe(before)
  })
})
