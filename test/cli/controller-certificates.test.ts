// The certificate of the webhooks while controllers run: one for all replicas, renewed without a review that is refused, made anew when
// somebody damaged it. The API server calls over TLS and trusts what it was told to.
import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CertificateFiles, makeBoth, makeServer } from '../../src/compose/webhook/make-certificates.ts'
import { LIFETIME, serviceNames } from '../../src/webhook/certificate/plan.ts'
import type { RunningController } from '../support/controller-lab/running-controller.ts'
import { eventually } from '../support/namespaces.ts'
import { metallb, NS, WebhookLab } from '../support/webhook-lab.ts'

const DEADLINE_MS = 30_000
const DAY_MS = 86_400_000
const SECRET = `${NS}/lbctl-webhook-cert`
const NAMES = serviceNames('lbctl-webhook', NS)

let lab: WebhookLab
let replicas: readonly RunningController[]

/** Of what a controller serves now. */
const served = (controller: RunningController): Promise<string> =>
  new Promise((resolve, reject) => {
    const port = lab.portOf(controller)
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.end()
    })
    socket.on('error', reject)
  })
/** `none`: it is no certificate. */
const fingerprint = (pem: string): string =>
  pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).fingerprint256 : 'none'
const stored = (): CertificateFiles => {
  const data = lab.stored('secrets', SECRET)?.data ?? {}
  const text = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString('utf8')
  return {
    'ca.crt': text('ca.crt'),
    'ca.key': text('ca.key'),
    'tls.crt': text('tls.crt'),
    'tls.key': text('tls.key'),
  }
}
const store = (files: Partial<CertificateFiles>): Promise<string> =>
  lab.kubectl('patch', 'secret', '-n', NS, 'lbctl-webhook-cert', '-p', JSON.stringify({ stringData: files }))

/** Both serve one certificate that is another than `before`, and the API server trusts its authority wherever it asks. */
const changed = (before: string): Promise<CertificateFiles> =>
  eventually(
    'both serve another certificate, and it is trusted',
    async () => {
      const files = stored()
      const now = await Promise.all(replicas.map(served))
      const isOne = now.every((each) => each === fingerprint(files['tls.crt']) && each !== before)
      return isOne && lab.trusted().every((bundle) => bundle === files['ca.crt']) ? files : undefined
    },
    DEADLINE_MS,
  )

/** Asks the webhooks of one replica after the other, again and again, until `work` is done; every answer that is no review. */
async function askedMeanwhile(work: () => Promise<void>): Promise<{ asked: number; failed: string[] }> {
  const failed: string[] = []
  let [asked, done] = [0, false]
  const path = `/apis/metallb.io/v1beta1/namespaces/${NS}/ipaddresspools?dryRun=All`
  const pool = metallb('IPAddressPool', 'asked', { addresses: ['198.51.100.0/24'] })
  const asking = (async () => {
    while (!done) {
      lab.asked = replicas[asked++ % 2]
      const answer = await lab.post(path, pool)
      if (answer.status !== 201) failed.push(answer.text)
    }
  })()
  try {
    await work()
  } finally {
    done = true
    await asking
  }
  return { asked, failed }
}

beforeAll(async () => {
  lab = await WebhookLab.start()
  replicas = ['a', 'b'].map((pod) => lab.spawn('--pod-name', pod, '--certificate-check', '300ms'))
  await Promise.all(replicas.map((each) => lab.ready(each)))
}, 90_000)
afterAll(() => lab?.remove())

describe('the certificate of the webhooks', { timeout: 120_000 }, () => {
  it('is one for two replicas that start at the same moment', async () => {
    const files = await changed('')
    expect(files['ca.crt'].match(/BEGIN/g)).toHaveLength(1)
    expect(new Set(lab.trusted()).size).toBe(1)
  })

  it('is renewed under its authority before it ends, and no review is refused meanwhile', async () => {
    const { asked, failed } = await askedMeanwhile(async () => {
      const before = await served(replicas[0] as RunningController)
      const old = makeServer(stored(), NAMES, Date.now() - LIFETIME.serverMs + 60 * DAY_MS)
      await store(old)
      const files = await changed(fingerprint(old['tls.crt']))
      expect(fingerprint(files['tls.crt'])).not.toBe(before)
      expect(files['ca.crt']).toBe(old['ca.crt'])
    })
    expect(failed).toEqual([])
    expect(asked).toBeGreaterThan(2)
  })

  it('has a new authority in time, and no review is refused meanwhile', async () => {
    const { failed } = await askedMeanwhile(async () => {
      const running = stored()
      // Nine years ago, beside the one that signed what is served now.
      const old = makeBoth(NAMES, Date.now() - LIFETIME.authorityMs + 200 * DAY_MS)
      await store({ ...old, 'ca.crt': old['ca.crt'] + running['ca.crt'] })
      const files = await changed(fingerprint(running['tls.crt']))
      expect(files['ca.crt'].endsWith(old['ca.crt'] + running['ca.crt'])).toBe(true)
      expect(files['ca.crt'].match(/BEGIN/g)).toHaveLength(3)
    })
    expect(failed).toEqual([])
  })

  it.each([
    ['damaged', (): Promise<unknown> => store({ 'tls.crt': 'no certificate', 'ca.key': '' })],
    ['deleted', () => lab.kubectl('delete', 'secret', '-n', NS, 'lbctl-webhook-cert')],
  ])('is made anew when the Secret is %s', async (_, harm) => {
    const before = fingerprint(stored()['tls.crt'])
    await harm()
    await changed(before)
    const said = await lab.apply(metallb('IPAddressPool', 'bad', { addresses: [] }))
    expect(said.stderr).toContain('V101')
  })

  it('is the one that conversions trust: BGPPeer in both versions, stored in the new one', async () => {
    const old = {
      ...{ apiVersion: 'metallb.io/v1beta1', kind: 'BGPPeer', metadata: { name: 'tor', namespace: NS } },
      spec: { myASN: 64512, peerASN: 64513, peerAddress: '192.0.2.1', peerPort: 1179, holdTime: '30s' },
    }
    const made = await lab.apply(old)
    expect({ ...made, stderr: made.stderr }).toMatchObject({ code: 0 })
    expect(lab.stored('bgppeers.metallb.io', `${NS}/tor`)).toMatchObject({
      apiVersion: 'metallb.io/v1beta2',
      spec: { myASN: 64512, peerAddress: '192.0.2.1', peerPort: 1179, holdTime: '30s' },
    })
    const get = async (version: string) =>
      JSON.parse(await lab.kubectl('get', `bgppeers.${version}.metallb.io`, '-n', NS, 'tor', '-o', 'json'))
    expect(await get('v1beta2')).toMatchObject({ apiVersion: 'metallb.io/v1beta2', spec: { peerPort: 1179 } })
    await lab.kubectl(
      'patch',
      'bgppeers.v1beta2.metallb.io',
      '-n',
      NS,
      'tor',
      '--type=merge',
      '-p',
      '{"spec":{"vrf":"red"}}',
    )
    const shown = await get('v1beta1')
    expect(shown).toMatchObject({
      apiVersion: 'metallb.io/v1beta1',
      spec: { peerPort: 1179, holdTime: '30s' },
    })
    expect(shown.spec).not.toHaveProperty('vrf')
    // Written back in the old version, it still has what that cannot say.
    await lab.cluster.kubectl(['replace', '-f', '-'], { ...shown, spec: { ...shown.spec, holdTime: '60s' } })
    expect((await get('v1beta2')).spec).toMatchObject({ vrf: 'red', holdTime: '60s' })
  })
})
