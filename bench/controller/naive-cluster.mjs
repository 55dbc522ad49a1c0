// A controller as it is written first: a watch, and one write after the other, the status and then the event.
import http from 'node:http'
import { NaiveAllocator } from './naive.mjs'

export async function runNaive({ url, token }) {
  const agent = new http.Agent({ keepAlive: true })
  const allocator = new NaiveAllocator(0xc6120000, 2 ** 17)
  const queue = []
  let busy = false
  let stopped = false

  const open = (method, path, body, type) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type }
      const request = http.request(`${url}${path}`, { method, headers, agent }, resolve)
      // Also when it is stopped in the middle of one.
      request.on('error', (error) => (stopped ? resolve([]) : reject(error)))
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  const send = async (...words) => {
    const response = await open(...words)
    for await (const _ of response);
    return response.statusCode
  }
  const work = async () => {
    if (busy) return
    busy = true
    for (let one = queue.shift(); one !== undefined && !stopped; one = queue.shift()) {
      const { name, namespace, uid } = one.metadata
      const ingress = [{ ip: allocator.allocate() }]
      const path = `/api/v1/namespaces/${namespace}`
      const status = { status: { loadBalancer: { ingress } } }
      await send('PATCH', `${path}/services/${name}/status`, status, 'application/merge-patch+json')
      const event = {
        ...{ apiVersion: 'v1', kind: 'Event', metadata: { generateName: name, namespace } },
        ...{
          involvedObject: { kind: 'Service', namespace, name, uid },
          type: 'Normal',
          reason: 'IPAllocated',
        },
      }
      await send('POST', `${path}/events`, event, 'application/json')
    }
    busy = false
  }

  const watch = await open('GET', '/api/v1/services?watch=true', undefined, 'application/json')
  let rest = ''
  watch.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      const { type, object } = JSON.parse(line)
      if (type === 'ADDED' && object.spec.type === 'LoadBalancer') queue.push(object)
    }
    void work()
  })
  return {
    stop: () => {
      stopped = true
      watch.destroy()
      agent.destroy()
    },
  }
}
