// Which frames of the conversation are kept as vectors, and how: NAME.hex (the frame), NAME.json (what its session agreed on,
// and tshark's fields), NAME.md (where it comes from).
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BgpContext } from '../../../src/wire/bgp/context.ts'
import { describeFrame } from '../../../src/wire/describe/describe-frame.ts'
import type { Dissection, Fields } from '../../support/tshark.ts'

export interface Vector {
  readonly context: BgpContext
  readonly fields: Fields
}

// name, what our line for the frame must hold, who sent it
const WANTED: readonly (readonly [name: string, line: RegExp, origin: string])[] = [
  ['open-bird', /192\.0\.2\.1:.*179: OPEN AS 64512/, 'bird, with all its capabilities on'],
  ['open-bird-2-byte', /192\.0\.2\.2:.*179: OPEN AS 64513/, 'bird, with 4-byte AS numbers off'],
  ['open-gobgpd', /:179 to 192\.0\.2\.1:.*OPEN AS 4200000001/, 'gobgpd, with graceful restart and add-path'],
  ['open-gobgpd-ipv6', /:179 to \[2001:db8::5\]:.*OPEN/, 'gobgpd, over IPv6'],
  ['keepalive-bird', /192\.0\.2\.1:\d+ to .*: KEEPALIVE$/, 'bird'],
  ['update-bird-add-path', /192\.0\.2\.1:.*announces .*path \d+.*64512:7/, 'bird, with add-path for IPv4'],
  ['update-bird-2-byte', /192\.0\.2\.2:.*announces .*AS4 path/, 'bird, with 4-byte AS numbers off'],
  [
    'update-bird-internal',
    /\[2001:db8::5\]:.*announces .*local preference 200/,
    'bird, to a peer of its own AS',
  ],
  [
    'update-gobgpd-add-path',
    /192\.0\.2\.10:179 to 192\.0\.2\.1:.*announces 10\.1\.0\.0\/16 path/,
    'gobgpd, with add-path',
  ],
  [
    'update-gobgpd-as4-path',
    /192\.0\.2\.12:179 to 192\.0\.2\.2:.*announces 10\.1\.0\.0\/16.*AS4 path/,
    'gobgpd, to a speaker of 2-byte AS numbers',
  ],
  ['update-gobgpd-ipv6', /\[2001:db8::10\]:179.*announces 2001:db8:9::\/48/, 'gobgpd, over IPv6'],
  ['end-of-rib-gobgpd', /192\.0\.2\.1\d:179 .*UPDATE end of all routes/, 'gobgpd'],
  ['withdraw-bird', /192\.0\.2\.1:.*UPDATE withdraws/, 'bird, when its static routes were disabled'],
  ['withdraw-gobgpd', /192\.0\.2\.1\d:179 .*UPDATE withdraws/, 'gobgp global rib del'],
  ['route-refresh-bird', /ROUTE-REFRESH asks/, 'birdc reload in'],
  ['notification-bad-peer-as', /Bad Peer AS/, 'bird, which expects another AS'],
  ['notification-maximum-prefixes', /Maximum Number of Prefixes/, 'bird, with an import limit of 1'],
  ['notification-shutdown-bird', /rack 7 loses power/, 'birdc disable old "rack 7 loses power"'],
  ['notification-shutdown-gobgpd', /"maintenance"/, 'gobgp neighbor 192.0.2.1 shutdown --reason maintenance'],
]

export function recordVectors(
  frames: readonly Uint8Array[],
  dissections: readonly Dissection[],
  contexts: readonly (BgpContext | undefined)[],
  programs: readonly string[],
): void {
  const lines = frames.map(describeFrame)
  for (const [name, line, origin] of WANTED) {
    const i = lines.findIndex((text) => text.startsWith('BGP ') && line.test(text))
    if (i < 0) throw new Error(`not seen: ${name}`)
    const theirs = Object.entries(dissections[i]?.fields ?? {}).filter(
      ([key]) => key.startsWith('bgp.') && key !== 'bgp.marker',
    )
    const vector = { context: contexts[i], fields: Object.fromEntries(theirs) }
    const write = (suffix: string, text: string) =>
      writeFileSync(join(import.meta.dirname, `${name}.${suffix}`), `${text}\n`)
    write('hex', Buffer.from(frames[i] ?? []).toString('hex'))
    write('json', JSON.stringify(vector, null, 2))
    write(
      'md',
      `# ${name}\n\n- Sent by: ${origin}\n- Recorded by: test/interop/wire-bgp.test.ts with LBCTL_RECORD_VECTORS=1\n` +
        `- Programs: ${programs.join('; ')}\n- In words: ${lines[i]}`,
    )
  }
}
