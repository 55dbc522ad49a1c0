import { afterEach, describe, expect, it } from 'vitest'
import { LatencyHistogram } from '../../speaker/report/latency.ts'
import type { SpeakerNumbers } from '../../speaker/report/numbers.ts'
import { metricsPage } from './metrics.ts'
import { type MetricsServer, serveMetrics } from './metrics-server.ts'

function numbers(change: Partial<SpeakerNumbers> = {}): SpeakerNumbers {
  const latency = new LatencyHistogram()
  latency.add(0.0004)
  latency.add(0.004)
  latency.add(9)
  return {
    node: 'node1',
    announced: [{ service: 'default/web', protocol: 'layer2', ip: '192.0.2.10' }],
    layer2: {
      byAddress: [{ ip: '192.0.2.10', requests: 3, answers: 2, refreshes: 4, gratuitous: 10 }],
      byInterface: [{ interface: 'eth0', answers: 2 }],
      conflicts: [{ ip: '192.0.2.10', count: 4 }],
    },
    peers: [
      {
        name: 'tor',
        peer: '198.51.100.1:179',
        up: true,
        state: 'established',
        secondsInState: 7,
        updates: 2,
        announcedPrefixes: 1,
        pendingPrefixes: 0,
      },
    ],
    members: { alive: 3, suspect: 1 },
    configuration: { loaded: true, stale: false, updates: 5, errors: 1 },
    decisions: { count: 12, latency: latency.get() },
    ...change,
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => /^(metallb|lbctl)_/.test(line))

describe('the page of metrics', () => {
  it('has the names and labels of MetalLB, and ours', async () => {
    expect(lines(await metricsPage(numbers).render())).toEqual([
      'metallb_speaker_announced{service="default/web",protocol="layer2",node="node1",ip="192.0.2.10"} 1',
      'metallb_layer2_requests_received{ip="192.0.2.10"} 3',
      'metallb_layer2_responses_sent{ip="192.0.2.10"} 2',
      'metallb_layer2_gratuitous_sent{ip="192.0.2.10"} 10',
      'metallb_bgp_session_up{peer="198.51.100.1:179"} 1',
      'metallb_bgp_updates_total{peer="198.51.100.1:179"} 2',
      'metallb_bgp_announced_prefixes_total{peer="198.51.100.1:179"} 1',
      'metallb_bgp_pending_prefixes_total{peer="198.51.100.1:179"} 0',
      'metallb_k8s_client_updates_total 5',
      'metallb_k8s_client_update_errors_total 1',
      'metallb_k8s_client_config_loaded_bool 1',
      'metallb_k8s_client_config_stale_bool 0',
      'lbctl_speaker_members{state="alive"} 3',
      'lbctl_speaker_members{state="suspect"} 1',
      'lbctl_speaker_decisions_total 12',
      'lbctl_layer2_refreshes_sent_total{ip="192.0.2.10"} 4',
      'lbctl_layer2_interface_answers_total{interface="eth0"} 2',
      'lbctl_layer2_conflicts_total{ip="192.0.2.10"} 4',
      'lbctl_bgp_session_state_seconds{peer="198.51.100.1:179",state="established"} 7',
      ...[0.0005, 0.001, 0.0025].map((at) => `lbctl_speaker_decision_latency_seconds_bucket{le="${at}"} 1`),
      ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5].map(
        (at) => `lbctl_speaker_decision_latency_seconds_bucket{le="${at}"} 2`,
      ),
      'lbctl_speaker_decision_latency_seconds_bucket{le="+Inf"} 3',
      'lbctl_speaker_decision_latency_seconds_sum 9.0044',
      'lbctl_speaker_decision_latency_seconds_count 3',
    ])
  })

  it('forgets what is no longer there', async () => {
    let now = numbers()
    const page = metricsPage(() => now)
    await page.render()
    now = numbers({ announced: [], peers: [], layer2: { byAddress: [], byInterface: [], conflicts: [] } })
    expect(lines(await page.render()).filter((line) => line.includes('{') && !line.includes('le='))).toEqual([
      'lbctl_speaker_members{state="alive"} 3',
      'lbctl_speaker_members{state="suspect"} 1',
    ])
  })
})

describe('the server', () => {
  let server: MetricsServer | undefined
  let waiting: string | undefined
  let sick: string | undefined
  afterEach(() => server?.close())

  const start = async (port = 0): Promise<MetricsServer> =>
    serveMetrics({
      host: '127.0.0.1',
      port,
      page: metricsPage(numbers),
      sick: () => sick,
      waitingFor: () => waiting,
    })
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server?.port}${path}`)
    return { status: response.status, text: await response.text() }
  }

  it('answers for metrics and health', async () => {
    server = await start()
    expect(await get('/metrics')).toMatchObject({ status: 200, text: expect.stringContaining('process_cpu') })
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' })
    waiting = 'The configuration is being read.'
    expect(await get('/readyz')).toEqual({ status: 503, text: 'The configuration is being read.\n' })
    expect((await get('/healthz')).status).toBe(200)
    sick = 'The responder thread has died.'
    expect((await get('/healthz')).status).toBe(503)
    expect((await get('/other')).status).toBe(404)
  })

  it('says who has its port', async () => {
    server = await start()
    await expect(start(server.port)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('another program listens there'),
    })
  })
})
