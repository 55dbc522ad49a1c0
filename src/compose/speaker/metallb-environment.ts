// The environment variables of MetalLB's DaemonSet, under their own names (metallb.md §7.1): flags count more. Those that cannot be
// honoured are told, for whoever set one expects something of it.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { SpeakerWords } from './speaker-words.ts'

type Flag = 'namespace' | 'node-name' | 'pod-name' | 'ml-bindaddr' | 'ml-bindport' | 'ml-secret-key-path'

export interface EnvironmentNote {
  readonly name: string
  /** `warn`: something that was wanted is not done */
  readonly level: 'info' | 'warn'
  readonly text: string
}

interface Variable {
  readonly name: string
  /** what it is read as; undefined: as nothing */
  readonly counts: Flag | 'ml-wan-config' | 'secret' | undefined
  /** what is to be said when it is set */
  readonly note?: (value: string) => Pick<EnvironmentNote, 'level' | 'text'> | undefined
}

const always = (level: EnvironmentNote['level'], text: string) => () => ({ level, text })
const OF_FRR = always('warn', 'nothing is made of it: BGP is spoken without FRR')
const OF_CONTROLLER = always('warn', 'nothing is made of it: it is for the controller')

/** One table; docs/speaker.md says the same to users. */
export const METALLB_VARIABLES: readonly Variable[] = [
  { name: 'METALLB_NODE_NAME', counts: 'node-name' },
  { name: 'METALLB_NAMESPACE', counts: 'namespace' },
  { name: 'METALLB_POD_NAME', counts: 'pod-name' },
  { name: 'METALLB_ML_BIND_ADDR', counts: 'ml-bindaddr' },
  { name: 'METALLB_ML_BIND_PORT', counts: 'ml-bindport' },
  { name: 'METALLB_ML_SECRET_KEY_PATH', counts: 'ml-secret-key-path' },
  { name: 'METALLB_ML_SECRET_KEY', counts: 'secret' },
  { name: 'METALLB_ML_WAN_CONFIG', counts: 'ml-wan-config' },
  {
    name: 'METALLB_ML_LABELS',
    counts: undefined,
    note: always(
      'info',
      'other speakers are looked for at the addresses of the Nodes, not by labels of Pods',
    ),
  },
  { name: 'METALLB_HOST', counts: undefined, note: always('info', 'MetalLB makes nothing of it either') },
  { name: 'METALLB_BGP_TYPE', counts: undefined, note: bgpType },
  { name: 'METALLB_BGP_DEBOUNCE_TIMEOUT', counts: undefined, note: OF_FRR },
  {
    name: 'FRRK8S_NAMESPACE',
    counts: undefined,
    note: always(
      'warn',
      'nothing is made of it: no FRRConfiguration is written, this speaker holds the sessions',
    ),
  },
  { name: 'FRR_CONFIG_FILE', counts: undefined, note: OF_FRR },
  { name: 'FRR_RELOADER_PID_FILE', counts: undefined, note: OF_FRR },
  { name: 'METALLB_ML_SECRET_NAME', counts: undefined, note: OF_CONTROLLER },
  { name: 'METALLB_DEPLOYMENT', counts: undefined, note: OF_CONTROLLER },
]

function bgpType(value: string): ReturnType<NonNullable<Variable['note']>> {
  if (value === 'native') return { level: 'info', text: 'BGP is spoken by this speaker itself' }
  if (value === 'frr' || value === 'frr-k8s')
    return {
      level: 'warn',
      text: `BGP is spoken by this speaker itself and not by ${value}: all fields of a BGPPeer count, but BFD is not spoken`,
    }
  return {
    level: 'warn',
    text: `MetalLB knows native, frr and frr-k8s, not "${value}"; BGP is spoken by this speaker itself`,
  }
}

/** @throws LbctlError `usage` */
export function fromMetallb(env: NodeJS.ProcessEnv): Partial<SpeakerWords> {
  const port = textOf(env, 'METALLB_ML_BIND_PORT')
  const words = {
    namespace: textOf(env, 'METALLB_NAMESPACE'),
    'node-name': textOf(env, 'METALLB_NODE_NAME'),
    'pod-name': textOf(env, 'METALLB_POD_NAME'),
    'ml-bindaddr': textOf(env, 'METALLB_ML_BIND_ADDR'),
    'ml-bindport': port === undefined ? undefined : portOf(port),
  }
  // Without an address there is no gossip, and MetalLB's manifests mount the key all the same.
  const key = words['ml-bindaddr'] === undefined ? undefined : textOf(env, 'METALLB_ML_SECRET_KEY_PATH')
  return { ...words, 'ml-secret-key-path': key }
}

/** The key of the gossip itself, which older releases take; one in a file counts more, since it is not seen by everybody who may see Pods. */
export function secretOfMetallb(env: NodeJS.ProcessEnv): Uint8Array | undefined {
  const text = textOf(env, 'METALLB_ML_SECRET_KEY')
  return text === undefined ? undefined : new TextEncoder().encode(text)
}

/** @throws LbctlError `usage` */
export function wanOfMetallb(env: NodeJS.ProcessEnv): boolean {
  const text = textOf(env, 'METALLB_ML_WAN_CONFIG')
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw new LbctlError('usage', `METALLB_ML_WAN_CONFIG takes true or false, not "${text}".`)
}

/** What whoever set the variables should know, in the order of the table, and then of names that nobody knows. */
export function environmentNotes(env: NodeJS.ProcessEnv): EnvironmentNote[] {
  const known = METALLB_VARIABLES.flatMap(({ name, note }): EnvironmentNote[] => {
    const value = textOf(env, name)
    const said = value === undefined ? undefined : note?.(value)
    return said === undefined ? [] : [{ name, ...said }]
  })
  const names = new Set(METALLB_VARIABLES.map(({ name }) => name))
  const unknown = Object.keys(env)
    .filter((name) => /^(METALLB|FRR|FRRK8S)_/.test(name) && !names.has(name))
    .filter((name) => textOf(env, name) !== undefined && !isOfService(name, env[name] ?? ''))
    .sort()
    .map(
      (name): EnvironmentNote => ({
        name,
        level: 'warn',
        text: 'nothing is made of it: it is not known here',
      }),
    )
  return [...known, ...unknown]
}

/** The kubelet tells every Pod of the Services beside it, `metallb-webhook-service` for instance, by variables of their names. */
const isOfService = (name: string, value: string): boolean =>
  /_SERVICE_(HOST|PORT(_\w+)?)$/.test(name) ||
  /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))

const textOf = (env: NodeJS.ProcessEnv, name: string): string | undefined => env[name] || undefined

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new LbctlError('usage', `METALLB_ML_BIND_PORT takes a port, not "${text}".`)
}
