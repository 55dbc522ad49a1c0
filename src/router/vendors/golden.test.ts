// The text of every vendor for the same clusters, beside test/golden/router. docs/router-vendors.md tells where the syntax of
// each kind of line is documented; FRR, BIRD and OpenBGPD also load it in test/interop. `vitest -u` writes the files anew.
import { describe, expect, it } from 'vitest'
import { FULL, INTERNAL, NODES, PLAIN, UNNUMBERED } from '../testing/clusters.ts'
import { planOf } from '../testing/plans.ts'
import { renderRouter, VENDORS } from './render.ts'

const CLUSTERS = {
  full: planOf(FULL, NODES, { peers: ['tor', 'tor-v6'] }),
  internal: planOf(INTERNAL, NODES, { advertiseDefault: true }),
  plain: planOf(PLAIN, NODES),
  security: planOf(PLAIN, NODES, { ttlSecurityHops: 1 }),
  unnumbered: planOf(UNNUMBERED, NODES),
}

describe.each(VENDORS)('%s', (vendor) => {
  it.each(Object.entries(CLUSTERS))('%s', async (name, plan) => {
    const { lines, notes } = renderRouter(plan, vendor)
    const text = [...lines, '', '-- notes --', ...notes, ''].join('\n')
    await expect(text).toMatchFileSnapshot(`../../../test/golden/router/${vendor}-${name}.txt`)
  })

  it('shows a password only when it is asked for', () => {
    const text = (passwords: ReadonlyMap<string, string>) =>
      renderRouter(planOf(FULL, NODES, { peers: ['tor'], passwords }), vendor).lines.join('\n')
    const [hidden, shown] = [text(new Map()), text(new Map([['tor', 'correct-horse']]))]
    expect([hidden.includes('PASSWORD-OF-TOR'), shown.includes('PASSWORD-OF-TOR')]).toEqual([true, false])
    expect(shown).toContain('correct-horse')
  })

  it('has comments of at most 80 columns, and no trailing blanks', () => {
    const lines = Object.values(CLUSTERS).flatMap((plan) => renderRouter(plan, vendor).lines)
    const comments = lines.filter((line) => /^\s*([#!]|\/\*)/.test(line))
    expect(comments.filter((line) => line.length > 80)).toEqual([])
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([])
  })
})
