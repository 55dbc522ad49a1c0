// Where secrets stand in clusters, for tests.
import { planted, SECRET_TEXTS } from '../../../config/secrets/testing/secret-texts.ts'
import { healthyWorld, object, type World } from '../../cluster/testing/world.ts'
import * as make from '../../cluster/testing/world-objects.ts'
import * as run from '../../cluster/testing/world-workloads.ts'

export interface SecretPlace {
  readonly name: string
  readonly put: (world: World, secret: string) => void
  /** how it is written there, when not as it is */
  readonly written?: (secret: string) => string
}

export function worldWithSecret(place: SecretPlace, secret: string): World {
  const world = healthyWorld()
  place.put(world, secret)
  return world
}

const configMap = (world: World, text: string, key = 'config'): void => {
  world.planes.configMaps.push({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `config-${world.planes.configMaps.length}`, namespace: 'metallb-system' },
    data: { [key]: text },
  })
}

const event = (world: World, message: string): void => {
  world.planes.events.push(make.event('Service shop/web', 'Odd', message))
}

const foreign = (world: World, spec: object): void => {
  world.planes.foreign.push({
    apiVersion: 'frrk8s.metallb.io/v1beta1',
    kind: 'FRRConfiguration',
    metadata: { name: `frr-${world.planes.foreign.length}`, namespace: 'metallb-system' },
    spec,
  })
}

const logged = (world: World, example: string): void => {
  world.logs = [
    ...(world.logs ?? []),
    {
      signature: 'odd',
      first: '2026-03-01T11:00:00Z',
      last: '2026-03-01T11:00:00Z',
      count: 1,
      example,
      component: 'speaker',
    },
  ]
}

/** Tokens and cookies have letters of their own. */
const isFreeForm = (text: string): boolean => !/_0123|-0123|eyJ|Set-Cookie|bgp_peers|:\/\//.test(text)

export const PLACES: readonly SecretPlace[] = [
  {
    name: 'the value of a Secret',
    put: (world, secret) => {
      object(world, 'secrets', 'memberlist').data = { secretkey: btoa(secret) }
    },
    written: btoa,
  },
  {
    name: 'the value of a Secret as it is written',
    put: (world, secret) => {
      object(world, 'secrets', 'memberlist').stringData = { secretkey: secret }
    },
  },
  {
    name: 'what was last applied of a Secret',
    put: (world, secret) => {
      object(world, 'secrets', 'memberlist').metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"x":"${secret}"}}`,
      }
    },
  },
  {
    name: 'the password of a peer',
    put: (world, secret) => {
      object(world, 'configuration', 'tor').spec.password = secret
    },
  },
  {
    name: 'what was last applied of a peer',
    put: (world, secret) => {
      object(world, 'configuration', 'tor').metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': `{"spec":{"password":"${secret}"}}`,
      }
    },
  },
  {
    name: 'an annotation that keeps JSON',
    put: (world, secret) => {
      object(world, 'services', 'shop/web').metadata.annotations['example.com/config'] =
        `{"apiToken": "${secret}"}`
    },
  },
  {
    name: 'an environment variable',
    put: (world, secret) => {
      world.planes.daemonSets = [
        run.speaker('v0.15.2', [], [{ name: 'DB_PASSWORD', value: secret }]),
        run.kubeProxy(),
      ]
    },
  },
  ...[
    'PASS',
    'DB_PASS',
    'MYSQL_PWD',
    'GIT_CREDS',
    'SIGNING_KEY',
    'ID_JWT',
    'AUTH',
    'SSH_KEY',
    'TOKEN',
    'bgp_peerpass',
  ].map((name) => ({
    name: `an environment variable ${name}`,
    put: (world: World, secret: string) => {
      world.planes.daemonSets = [run.speaker('v0.15.2', [], [{ name, value: secret }]), run.kubeProxy()]
    },
  })),
  {
    name: 'an argument after its flag',
    put: (world, secret) => {
      world.planes.daemonSets = [run.speaker('v0.15.2', ['--auth-token', secret]), run.kubeProxy()]
    },
  },
  {
    name: 'an argument in one word',
    put: (world, secret) => {
      world.planes.daemonSets = [run.speaker('v0.15.2', [`--auth-token=${secret}`]), run.kubeProxy()]
    },
  },
  {
    name: 'a command of a shell',
    put: (world, secret) => {
      world.planes.daemonSets = [
        run.speaker('v0.15.2', ['sh', '-c', `run --password ${secret} --quiet`]),
        run.kubeProxy(),
      ]
    },
  },
  {
    name: 'the configuration of old',
    put: (world, secret) => configMap(world, `peers:\n- peer-asn: 64513\n  password: ${secret}\n`),
  },
  {
    name: 'a block of YAML',
    put: (world, secret) => configMap(world, `peers:\n- password: |\n    ${secret}\n  peer-asn: 64513\n`),
  },
  { name: 'a kubeconfig', put: (world, secret) => configMap(world, `x: ${secret}`, 'kubeconfig.conf') },
  {
    name: 'the token of a kubeconfig under another name',
    put: (world, secret) => configMap(world, `users:\n- name: x\n  user:\n    token: ${secret}\n`),
  },
  {
    name: 'a private key',
    put: (world, secret) =>
      configMap(world, `-----BEGIN EC PRIVATE KEY-----\n${secret}\n-----END EC PRIVATE KEY-----\n`, 'tls'),
  },
  {
    name: 'binary data',
    put: (world, secret) => {
      Object.assign(object(world, 'configMaps', 'kube-proxy'), { binaryData: { x: btoa(secret) } })
    },
    written: btoa,
  },
  {
    name: 'the configuration of FRR',
    put: (world, secret) =>
      foreign(world, { raw: { rawConfig: `router bgp 1\n neighbor 192.0.2.1 password ${secret}\n` } }),
  },
  {
    name: 'a neighbour of FRR',
    put: (world, secret) => foreign(world, { bgp: { routers: [{ neighbors: [{ password: secret }] }] } }),
  },
  { name: 'a URL', put: (world, secret) => event(world, `cannot get https://joe:${secret}@example.com/x`) },
  { name: 'a bearer', put: (world, secret) => event(world, `sent Authorization: Bearer ${secret}`) },
  {
    name: 'a log line',
    put: (world, secret) => logged(world, `level=error password=${secret} msg="cannot connect"`),
  },
  {
    name: 'a log line of JSON',
    put: (world, secret) => logged(world, `{"level":"error","peer":{"password":"${secret}"}}`),
  },
  {
    name: 'a password that is one word with its flag',
    put: (world, secret) => {
      world.planes.daemonSets = [run.speaker('v0.15.2', ['mysql', `-p${secret}`]), run.kubeProxy()]
    },
  },
  {
    name: 'a user and a password of two arguments',
    put: (world, secret) => {
      world.planes.daemonSets = [run.speaker('v0.15.2', ['curl', '-u', `joe:${secret}`]), run.kubeProxy()]
    },
  },
  ...SECRET_TEXTS.filter(isFreeForm).flatMap((text): SecretPlace[] => [
    {
      name: `an event: ${text}`,
      put: (world, secret) => event(world, `it failed: ${planted(text, secret)}`),
    },
    {
      name: `a line of a log: ${text}`,
      put: (world, secret) => logged(world, JSON.stringify({ level: 'error', msg: planted(text, secret) })),
    },
  ]),
]
