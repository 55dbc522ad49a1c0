// A small share of what test/fuzz/bgp.ts does with a million.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bgpCorpus } from '../../test/vectors/bgp/corpus.ts'
import { MessageFuzz } from './testing/message-fuzz.ts'

it('mutated messages never break the framer, the codec or the machine', () => {
  const fuzz = new MessageFuzz(7, bgpCorpus(join(import.meta.dirname, '../../test/vectors/bgp')))
  for (let i = 0; i < 10_000; i++) fuzz.next()
  const { events, endings, applied } = fuzz.counts
  // They get everywhere: messages of every kind, errors of every kind, and routes.
  for (const kind of ['open', 'update', 'keepalive', 'notification', 'route-refresh'])
    expect(events[kind], kind).toBeGreaterThan(10)
  for (const kind of ['header-error', 'open-error', 'update-error'])
    expect(events[kind], kind).toBeGreaterThan(10)
  expect(endings).toBeGreaterThan(500)
  expect(applied).toBeGreaterThan(500)
}, 60_000)
