import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { columnsOf, wrap } from './wrap.ts'

it.each([
  ['lbctl diagnose bgp 192.168.1.1 on the node says which step fails', 'lbctl diagnose bgp 192.168.1.1'],
  ['lbctl router config -f metallb.yaml writes it', 'lbctl router config -f metallb.yaml'],
  ['lbctl diagnose service --probe tries the addresses', 'lbctl diagnose service --probe'],
  ['lbctl diagnose route ADDRESS --from CLIENT on the owner', 'lbctl diagnose route ADDRESS --from CLIENT'],
  ['lbctl explain F18. A sentence follows', 'lbctl explain F18.'],
  ['lbctl fix looks again, and All is well', 'lbctl fix'],
])('breaks no line within the command of "%s"', (text, command) => {
  for (let lead = 0; lead < 60; lead += 1) {
    const lines = wrap(`${'x'.repeat(lead)} ${text}`, 60)
    expect(lines.filter((line) => line.includes(command))).toHaveLength(1)
    expect(lines.filter((line) => columnsOf(line) > 60)).toEqual([])
  }
})

it('knows the words of all commands', () => {
  const manifest = readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')
  const { commands } = JSON.parse(manifest) as { commands: Record<string, { hidden?: boolean }> }
  const shown = Object.entries(commands).filter(([, { hidden }]) => hidden !== true)
  expect(shown.length).toBeGreaterThan(20)
  for (const [id] of shown) {
    const command = `lbctl ${id.replaceAll(':', ' ')}`
    expect(wrap(`${'x'.repeat(30)} ${command}`, 31 + command.length - 1)).toEqual(['x'.repeat(30), command])
  }
})

it('breaks a command that is wider than the lines', () => {
  expect(wrap('lbctl diagnose route ADDRESS --from CLIENT', 20)).toEqual([
    'lbctl diagnose route',
    'ADDRESS --from',
    'CLIENT',
  ])
})

it('loses no word, and makes no line wider than it has to be', () => {
  const word = fc.oneof(
    fc.constantFrom('lbctl', 'diagnose', 'service', '--probe', 'F01', 'shop/web', '日本', 'é'),
    fc.stringMatching(/^[a-z-]{1,12}$/),
  )
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 5, max: 100 }), (words, width) => {
      const lines = wrap(words.join(' '), width)
      expect(lines.join(' ')).toBe(words.join(' '))
      for (const line of lines) if (columnsOf(line) > width) expect(line).not.toContain(' ')
    }),
  )
})
