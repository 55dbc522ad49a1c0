// What `lbctl capture` refuses before it touches the network.
import { expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'

it.each<[string, string[], RegExp]>([
  [
    'a word that is nothing',
    ['arq'],
    /"arq" is neither a protocol nor an address\.\n {2}Did you mean "arp"\?/,
  ],
  ['a range', ['arp', '192.0.2.0/24'], /"192\.0\.2\.0\/24" is a range/],
  ['ARP for IPv6', ['arp', '2001:db8::1'], /ARP is about IPv4 addresses.*\n {2}lbctl capture ndp/],
  ['NDP for IPv4', ['ndp', '192.0.2.1'], /NDP is about IPv6 addresses.*\n {2}lbctl capture arp/],
  ['a time without unit', ['--duration', '10'], /--duration takes a time such as 500ms, 30s or 5m, not "10"/],
  ['no time at all', ['--duration', '0s'], /--duration takes a time/],
  ['a count of none', ['--count', '0'], /--count/],
])('%s is wrong usage', async (_, args, message) => {
  const { code, stdout, stderr } = await lbctl(['capture', ...args])
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
})

it('reports errors as JSON when JSON was asked for', async () => {
  const { code, stdout } = await lbctl(['capture', 'arq', '-o', 'json'])
  expect([code, JSON.parse(stdout).error.kind]).toEqual([2, 'usage'])
})
