// The numbers of the speaker in the words of Prometheus: MetalLB's names first, so that dashboards and alerts go on working,
// then our own. Everything is read when it is asked for; counting costs nothing meanwhile.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { SpeakerNumbers } from '../../speaker/report/numbers.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  readonly samples: (numbers: SpeakerNumbers) => readonly Sample[]
}

const one = (value: number | boolean): Sample[] => [[{}, Number(value)]]
const perPeer =
  (value: (peer: SpeakerNumbers['peers'][number]) => number | boolean) =>
  ({ peers }: SpeakerNumbers): Sample[] =>
    peers.map((peer) => [{ peer: peer.peer }, Number(value(peer))])
const perAddress =
  (value: (of: SpeakerNumbers['layer2']['byAddress'][number]) => number) =>
  ({ layer2 }: SpeakerNumbers): Sample[] =>
    layer2.byAddress.map((of) => [{ ip: of.ip }, value(of)])

const METRICS: readonly Metric[] = [
  {
    name: 'metallb_speaker_announced',
    help: 'services being announced from this node, by service, protocol and address',
    type: 'gauge',
    labels: ['service', 'protocol', 'node', 'ip'],
    samples: ({ announced, node }) =>
      announced.map(({ service, protocol, ip }) => [{ service, protocol, node, ip }, 1]),
  },
  {
    name: 'metallb_layer2_requests_received',
    help: 'ARP and neighbour requests for announced addresses',
    type: 'counter',
    labels: ['ip'],
    samples: perAddress(({ requests }) => requests),
  },
  {
    name: 'metallb_layer2_responses_sent',
    help: 'answers to such requests',
    type: 'counter',
    labels: ['ip'],
    samples: perAddress(({ answers }) => answers),
  },
  {
    name: 'metallb_layer2_gratuitous_sent',
    help: 'gratuitous ARP packets and unsolicited neighbour advertisements',
    type: 'counter',
    labels: ['ip'],
    samples: perAddress(({ gratuitous }) => gratuitous),
  },
  {
    name: 'metallb_bgp_session_up',
    help: 'BGP session state, 1 is up',
    type: 'gauge',
    labels: ['peer'],
    samples: perPeer(({ up }) => up),
  },
  {
    name: 'metallb_bgp_updates_total',
    help: 'BGP UPDATE messages sent',
    type: 'counter',
    labels: ['peer'],
    samples: perPeer(({ updates }) => updates),
  },
  {
    name: 'metallb_bgp_announced_prefixes_total',
    help: 'prefixes that the peer has from us',
    type: 'gauge',
    labels: ['peer'],
    samples: perPeer(({ announcedPrefixes }) => announcedPrefixes),
  },
  {
    name: 'metallb_bgp_pending_prefixes_total',
    help: 'prefixes that are still to be announced or withdrawn',
    type: 'gauge',
    labels: ['peer'],
    samples: perPeer(({ pendingPrefixes }) => pendingPrefixes),
  },
  {
    name: 'metallb_k8s_client_updates_total',
    help: 'changes of configuration and Services that were processed',
    type: 'counter',
    labels: [],
    samples: ({ configuration }) => one(configuration.updates),
  },
  {
    name: 'metallb_k8s_client_update_errors_total',
    help: 'changes that were refused',
    type: 'counter',
    labels: [],
    samples: ({ configuration }) => one(configuration.errors),
  },
  {
    name: 'metallb_k8s_client_config_loaded_bool',
    help: '1 if a valid configuration was loaded at least once',
    type: 'gauge',
    labels: [],
    samples: ({ configuration }) => one(configuration.loaded),
  },
  {
    name: 'metallb_k8s_client_config_stale_bool',
    help: '1 if the newest configuration is invalid and an older one is in force',
    type: 'gauge',
    labels: [],
    samples: ({ configuration }) => one(configuration.stale),
  },
  {
    name: 'lbctl_speaker_members',
    help: 'speakers that this one knows, by state',
    type: 'gauge',
    labels: ['state'],
    samples: ({ members }) =>
      members === undefined
        ? []
        : [
            [{ state: 'alive' }, members.alive],
            [{ state: 'suspect' }, members.suspect],
          ],
  },
  {
    name: 'lbctl_speaker_decisions_total',
    help: 'decisions on announcing one Service',
    type: 'counter',
    labels: [],
    samples: ({ decisions }) => one(decisions.count),
  },
  {
    name: 'lbctl_layer2_refreshes_sent_total',
    help: 'neighbours told by unicast where an address is, without having asked again',
    type: 'counter',
    labels: ['ip'],
    samples: perAddress(({ refreshes }) => refreshes),
  },
  {
    name: 'lbctl_layer2_interface_answers_total',
    help: 'ARP and neighbour answers by interface',
    type: 'counter',
    labels: ['interface'],
    samples: ({ layer2 }) => layer2.byInterface.map((of) => [{ interface: of.interface }, of.answers]),
  },
  {
    name: 'lbctl_layer2_conflicts_total',
    help: 'claims of other hosts for an announced address',
    type: 'counter',
    labels: ['ip'],
    samples: ({ layer2 }) => layer2.conflicts.map(({ ip, count }) => [{ ip }, count]),
  },
  {
    name: 'lbctl_bgp_session_state_seconds',
    help: 'time that the BGP session has been in its state',
    type: 'gauge',
    labels: ['peer', 'state'],
    samples: ({ peers }) => peers.map(({ peer, state, secondsInState }) => [{ peer, state }, secondsInState]),
  },
]

const LATENCY = 'lbctl_speaker_decision_latency_seconds'

export interface MetricsPage {
  readonly contentType: string
  render(): Promise<string>
}

/** @param read the numbers of this moment; called once for each page */
export function metricsPage(read: () => SpeakerNumbers | Promise<SpeakerNumbers>): MetricsPage {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const filled = METRICS.map((metric) => ({ metric, fill: filler(metric, registry) }))
  return {
    contentType: registry.contentType,
    render: async () => {
      const numbers = await read()
      for (const { metric, fill } of filled) fill(metric.samples(numbers))
      return `${await registry.metrics()}${latencyText(numbers)}`
    },
  }
}

function filler(
  { name, help, type, labels }: Metric,
  registry: Registry,
): (samples: readonly Sample[]) => void {
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  if (type === 'counter') {
    const counter = new Counter(options)
    return (samples) => {
      counter.reset()
      for (const [of, value] of samples) counter.inc({ ...of }, value)
    }
  }
  const gauge = new Gauge(options)
  return (samples) => {
    gauge.reset()
    for (const [of, value] of samples) gauge.set({ ...of }, value)
  }
}

/** The library has no way to set a histogram that was counted elsewhere. */
function latencyText({ decisions: { latency } }: SpeakerNumbers): string {
  const lines = [
    `# HELP ${LATENCY} time from a change that was noticed to its effects handed over`,
    `# TYPE ${LATENCY} histogram`,
    ...latency.buckets.map(({ atMostSeconds, count }) => `${LATENCY}_bucket{le="${atMostSeconds}"} ${count}`),
    `${LATENCY}_bucket{le="+Inf"} ${latency.count}`,
    `${LATENCY}_sum ${latency.sumSeconds}`,
    `${LATENCY}_count ${latency.count}`,
  ]
  return `${lines.join('\n')}\n`
}
