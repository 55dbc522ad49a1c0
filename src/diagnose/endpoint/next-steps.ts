// The next command to run, and where. A client's view ends at its own next hop; each step goes one further.
import { portText } from '../path/path-words.ts'
import { shellWord } from '../shell-word.ts'
import { decisive, type EndpointAttempt, type EndpointFacts, resultOf } from './endpoint-facts.ts'

export interface NextStep {
  /** where it is to be run: `here`, `where kubectl works` */
  readonly where: string
  readonly command: string
  /** what it tells, a clause */
  readonly tells: string
}

export function nextSteps(facts: EndpointFacts): readonly NextStep[] {
  const attempt = decisive(facts)
  if (attempt === undefined) return nameSteps(facts)
  const { result } = resultOf(attempt)
  const service: NextStep = {
    where: 'where kubectl works',
    command: `lbctl diagnose service ${attempt.address}`,
    tells: 'the chain from pool to endpoints, and who should announce the address',
  }
  // On the host that has the address, only the cluster can tell more.
  if (attempt.route?.own !== undefined && result !== 'connected') return [service]
  if (result === 'connected') return facts.http === undefined ? [requestStep(facts)] : []
  return [...hereSteps(facts, attempt), service, ...nodeSteps(attempt, facts.port)]
}

const nameSteps = ({ host }: EndpointFacts): readonly NextStep[] => [
  {
    where: 'here',
    command: `getent ahosts ${shellWord(host)}`,
    tells: 'what the resolver of this host says',
  },
]

const requestStep = ({ asked }: EndpointFacts): NextStep => ({
  where: 'here',
  command: `lbctl explain ${shellWord(asked)} --http`,
  tells: 'what answers there, by one HEAD request',
})

/** Without the kernel's tables, what each system has to look into them. */
function hereSteps(
  { platform, kernelNotRead, port }: EndpointFacts,
  attempt: EndpointAttempt,
): readonly NextStep[] {
  const { address, family, route } = attempt
  if (kernelNotRead !== undefined) return systemSteps(platform, attempt)
  if (route === undefined || !route.route.found)
    return [
      {
        where: 'here',
        command: `lbctl diagnose route ${address}`,
        tells: 'which rule and which route decide',
      },
    ]
  const hop = route.nextHop
  if (hop === undefined || route.interface?.noArp === true) return []
  const ask = family === 4 ? 'arp' : 'ndp'
  const onLink = hop.role === 'target'
  return [
    {
      where: 'here, with CAP_NET_RAW (sudo)',
      command: onLink
        ? `lbctl diagnose ${ask} ${address} --port ${port}`
        : `lbctl diagnose ${ask} ${hop.address}`,
      tells: onLink ? 'who answers for the address, one machine or several' : 'whether the gateway answers',
    },
  ]
}

function systemSteps(platform: string, { address, family }: EndpointAttempt): readonly NextStep[] {
  const six = family === 6
  const commands: readonly (readonly [string, string])[] =
    platform === 'darwin'
      ? [
          [`route -n get ${six ? '-inet6 ' : ''}${address}`, 'the route and the gateway'],
          [six ? 'ndp -an' : 'arp -an', 'whether the next hop has a hardware address'],
        ]
      : platform === 'win32'
        ? [
            [`Find-NetRoute -RemoteIPAddress ${address}`, 'the route and the gateway'],
            ['Get-NetNeighbor', 'whether the next hop has a hardware address'],
          ]
        : [
            [`ip ${six ? '-6 ' : ''}route get ${address}`, 'the route and the gateway'],
            ['ip neigh', 'whether the next hop has a hardware address'],
          ]
  return commands.map(([command, tells]) => ({ where: 'here', command, tells }))
}

function nodeSteps({ address, family, route }: EndpointAttempt, port: number): readonly NextStep[] {
  const source = route?.route.source
  return [
    {
      where: 'on the node that announces the address',
      command: `lbctl diagnose path ${shellWord(portText({ address, family }, port))}`,
      tells: 'what kube-proxy does with the packet',
    },
    ...(source === undefined
      ? []
      : [
          {
            where: 'on the node that announces the address',
            command: `lbctl diagnose route ${address} --from ${source}`,
            tells: 'whether the answer finds its way back to this host',
          },
        ]),
  ]
}
