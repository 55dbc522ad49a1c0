// The BGP part of the demo, on loopback and without rights: nobody listens, then a router of another AS, then one with which all
// is well, and a speaker that announces to it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Background, freePort } from './demo-background.mjs'

/**
 * @param {(line: string, args: string[], cwd: string, expectedCode: number) => void} show runs lbctl and prints both
 * @param {(text: string) => void} say
 */
export async function demoBgp(show, say) {
  const scratch = mkdtempSync(join(tmpdir(), 'lbctl-demo-bgp-'))
  const port = await freePort()
  const background = []
  const start = (args) => {
    const process = new Background(args, scratch)
    background.push(process)
    return process
  }
  try {
    writeFiles(scratch, port)
    const diagnose = (expected, ...more) =>
      show(
        ['lbctl diagnose bgp -f announce', ...more].join(' '),
        ['diagnose', 'bgp', '-f', 'announce', ...more],
        scratch,
        expected,
      )
    const router = (asn) => start(['router', 'run', '--listen', `127.0.0.1:${port}`, '--asn', String(asn)])

    say(
      `announce/ has a pool, a Service and the router 127.0.0.1 port ${port}, AS 64513. Nobody listens there:`,
    )
    diagnose(1)

    say('Now a router listens, but its AS number is another one:')
    const wrong = router(64514)
    await wrong.prints(/Listening/)
    diagnose(1)
    await wrong.stop()

    say('And now the right one. --handshake goes all the way to Established, and ends it again:')
    const right = router(64513)
    await right.prints(/Listening/)
    diagnose(0, '--handshake')

    say('A speaker announces to it, from the files, with no cluster:')
    console.log('$ lbctl speaker run -f announce &')
    const state = join(scratch, 'state')
    const speaker = start([
      ...['speaker', 'run', '-f', 'announce', '--state-dir', state, '--metrics-addr', 'none'],
      ...['--log-format', 'pretty', '--log-level', 'info'],
    ])
    await right.prints(/192\.0\.2\.10\/32/)
    show('lbctl speaker status', ['speaker', 'status', '--state-dir', state], scratch, 0)
    await right.stop()
    say('What the router saw of it, and its table when it was stopped:')
    process.stdout.write(right.output)
    await speaker.stop()
    say('What the speaker told, from its start to SIGTERM:')
    process.stdout.write(speaker.output)
  } finally {
    for (const each of background) await each.stop()
    rmSync(scratch, { recursive: true })
  }
}

function writeFiles(scratch, port) {
  mkdirSync(join(scratch, 'announce'))
  writeFileSync(
    join(scratch, 'announce/metallb.yaml'),
    `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [192.0.2.0/28]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: lan, namespace: metallb-system}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: router, namespace: metallb-system}
spec: {myASN: 64512, peerASN: 64513, peerAddress: 127.0.0.1, peerPort: ${port}}
`,
  )
  writeFileSync(
    join(scratch, 'announce/service.yaml'),
    `apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {metallb.io/loadBalancerIPs: 192.0.2.10}
spec: {type: LoadBalancer}
`,
  )
}
