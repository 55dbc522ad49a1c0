// Whatever a text is, it is read, and in a time that grows with its length.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Source } from '../../../config/source/source.ts'
import { NODES, PLAIN } from '../../testing/clusters.ts'
import { planOf } from '../../testing/plans.ts'
import { checkRouter } from '../check-router.ts'
import { CHECKED_VENDORS, type CheckedVendor, readRouter } from '../read-router.ts'

const read = (vendor: CheckedVendor, text: string) => readRouter(new Source('router.conf', text), vendor)
const PLAN = planOf(PLAIN, NODES)

describe('whatever the text is, a reader', () => {
  const PIECES = [
    ...[
      'router bgp 64500',
      'neighbor 192.0.2.11',
      'remote-as',
      '64512',
      'address-family ipv4',
      'route-map x in',
    ],
    ...[
      'ip prefix-list x',
      'permit',
      '198.51.100.0/24',
      'ge',
      'le',
      '{',
      '}',
      ';',
      '[',
      ']',
      '"',
      '\n',
      ' ',
      '\\\n',
    ],
    ...[
      'protocol bgp',
      'filter x',
      'if net ~',
      'then',
      'else',
      'accept',
      'import',
      'where',
      '(',
      ')',
      '&&',
      '!',
      'net.len',
    ],
    ...[
      '/routing bgp connection',
      '/routing/filter/rule',
      'add',
      'rule="if (dst in',
      '=',
      '.as=1',
      'chain=x',
      'input.filter=x',
    ],
    ...[
      'set',
      'protocols',
      'bgp',
      'group',
      'policy-options',
      'policy-statement',
      'term',
      'from',
      'route-filter',
      'exact',
    ],
    ...[
      'prefix-length-range',
      '/1-/x',
      'inactive:',
      '/*',
      '#',
      '!',
      '\u0000',
      '\ud800',
      '999999999999',
      '::/0',
      'exit',
    ],
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join(' ')),
  )
  it.each(CHECKED_VENDORS)('never throws, and neither does the comparison: %s', (vendor) => {
    fc.assert(
      fc.property(text, (one) => {
        for (const { at } of checkRouter(read(vendor, one), PLAN))
          expect(at === undefined || (at.start >= 0 && at.end <= one.length && at.start <= at.end)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.each(CHECKED_VENDORS)('is not slowed down by a text of many pieces that never closes: %s', (vendor) => {
    for (const piece of [
      '{ ',
      '[ ',
      '( ',
      '"',
      'if net ~ [ ',
      'add rule="if (',
      '/* ',
      '! ',
      '{\na b\n}\n',
      'a\n\n',
    ])
      expect(read(vendor, piece.repeat(Math.floor(100_000 / piece.length))).neighbours).toEqual([])
  })
})
