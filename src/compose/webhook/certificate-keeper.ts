// One certificate for all replicas, in a Secret: read, made when there is none or when it is time, and trusted by the API server
// before it is served.
//
// Two replicas that find none both make one; the API server takes the first, and the other reads that one. A renewal is guarded by
// the version of the Secret in the same way.
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { OwnerReference } from '../../install/memberlist-secret.ts'
import { CONVERTED_CRD, LABELS, WEBHOOK_CONFIGURATION } from '../../install/names.ts'
import type { LiveObject, ObjectRef } from '../../migrate/ports.ts'
import { planCertificates, serviceNames } from '../../webhook/certificate/plan.ts'
import type { ObjectStore } from '../../webhook/ports.ts'
import { trustPatch } from '../../webhook/trust.ts'
import { type CertificateFiles, makeBoth, makeServer, readStored } from './make-certificates.ts'

export interface KeeperOptions {
  readonly store: ObjectStore
  readonly namespace: string
  readonly secretName: string
  readonly serviceName: string
  readonly owner?: OwnerReference | undefined
  /** milliseconds since 1970 */
  readonly now: () => number
  readonly log: (message: string) => void
}

export interface Served {
  readonly cert: string
  readonly key: string
}

const FILES = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'] as const
/** Lost races in a row after which it is no race any more. */
const TRIES = 5

const TRUSTING: readonly ObjectRef[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: WEBHOOK_CONFIGURATION,
  },
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: CONVERTED_CRD },
]

/** The certificate to serve now; everybody who has to trust it does when this resolves. @throws LbctlError */
export async function keepCertificate(options: KeeperOptions): Promise<Served> {
  const files = await storedFiles(options)
  for (const ref of TRUSTING) await trust(options, ref, files['ca.crt'])
  return { cert: files['tls.crt'], key: files['tls.key'] }
}

async function storedFiles(options: KeeperOptions): Promise<CertificateFiles> {
  const { store, namespace, secretName, serviceName, now, log } = options
  const names = serviceNames(serviceName, namespace)
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const secret = await store.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: secretName })
    const files = secret === undefined ? {} : filesIn(secret)
    const plan = planCertificates(readStored(files), names, now())
    if (plan.make === 'nothing') return files as CertificateFiles
    const made =
      plan.make === 'server'
        ? makeServer(files as CertificateFiles, names, now())
        : makeBoth(names, now(), files['ca.crt'])
    if (await stored(options, secret, made))
      log(
        `${plan.make === 'both' ? 'A certificate authority and a certificate' : 'A certificate'} was made: ${plan.why}.`,
      )
  }
  throw new LbctlError('conflict', `The Secret ${namespace}/${secretName} is changed by others all the time.`)
}

/** `false`: somebody else was first, so what they stored is to be looked at. */
async function stored(
  { store, namespace, secretName, owner }: KeeperOptions,
  secret: LiveObject | undefined,
  files: CertificateFiles,
): Promise<boolean> {
  const data = Object.fromEntries(FILES.map((name) => [name, Buffer.from(files[name]).toString('base64')]))
  if (secret === undefined)
    return store.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: secretName,
        namespace,
        labels: LABELS,
        ...(owner === undefined ? {} : { ownerReferences: [owner] }),
      } as KubeObject['metadata'],
      type: 'kubernetes.io/tls',
      data,
    })
  try {
    await store.replace({ ...secret, data }, { dryRun: false })
    return true
  } catch (error) {
    if (error instanceof LbctlError && error.kind === 'conflict') return false
    throw error
  }
}

function filesIn(secret: LiveObject): Partial<CertificateFiles> {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    FILES.flatMap((name) => {
      const value = data[name]
      return typeof value === 'string' ? [[name, Buffer.from(value, 'base64').toString('utf8')]] : []
    }),
  )
}

async function trust(
  { store, namespace, serviceName, log }: KeeperOptions,
  ref: ObjectRef,
  authorities: string,
) {
  const caBundle = Buffer.from(authorities).toString('base64')
  for (let attempt = 1; ; attempt += 1) {
    const live = await store.get(ref)
    // An installation without this one, or one that names somebody else's webhook.
    const patch =
      live === undefined ? undefined : trustPatch(live, { namespace, name: serviceName }, caBundle)
    if (live === undefined || patch === undefined) return
    try {
      await store.patch(ref, patch, { dryRun: false, resourceVersion: live.metadata.resourceVersion })
      log(`The API server was told which certificate to trust, in ${ref.kind} ${ref.name}.`)
      return
    } catch (error) {
      if (!(error instanceof LbctlError) || error.kind !== 'conflict' || attempt === TRIES) throw error
    }
  }
}
