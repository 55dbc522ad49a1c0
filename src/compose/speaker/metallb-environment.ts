// The environment variables of MetalLB's DaemonSet, under their own names (metallb.md §7.1): flags count more.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { SpeakerWords } from './speaker-words.ts'

/** METALLB_HOST, METALLB_ML_LABELS and METALLB_BGP_TYPE say nothing that is not known otherwise. @throws LbctlError `usage` */
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

const textOf = (env: NodeJS.ProcessEnv, name: string): string | undefined => env[name] || undefined

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new LbctlError('usage', `METALLB_ML_BIND_PORT takes a port, not "${text}".`)
}
