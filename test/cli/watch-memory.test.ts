// 10,000 Services and as many EndpointSlices, with all that clusters write to them, in under 60 MB of heap; and a list anew after 410 tells
// what is different to a speaker, and nothing else. By the parts of bench/watch.mjs.
import { expect, it } from 'vitest'

const part = (name: string) => import(new URL(`../../bench/watch/${name}.mjs`, import.meta.url).href)
interface World {
  readonly kubeconfig: string
  readonly ours: string
  readonly objects: number
  readonly keyOf: (index: number) => string
  readonly cutAndChange: (what: Readonly<Record<'changed' | 'noisy' | 'added' | 'round', number>>) => void
  readonly stop: () => Promise<void>
}
interface Reader {
  readonly first: { readonly heapMb: number }
  readonly relist: (marker: string, change: () => void) => Promise<{ events: number; heapMb: number }>
  readonly stop: () => Promise<void>
}

it('keeps what it uses, and tells what differs', async () => {
  const { startWorld } = (await part('world')) as { startWorld: (count: number) => Promise<World> }
  const { startReader } = (await part('client')) as {
    startReader: (module: string, kubeconfig: string, count: number) => Promise<Reader>
  }
  const world = await startWorld(10_000)
  let reader: Reader | undefined
  try {
    reader = await startReader(world.ours, world.kubeconfig, world.objects)
    expect(reader.first.heapMb).toBeLessThan(60)
    const change = { changed: 20, noisy: 500, added: 20_000, round: 1 }
    const relist = await reader.relist(world.keyOf(change.added), () => world.cutAndChange(change))
    expect(relist).toMatchObject({ events: 21 })
    expect(relist.heapMb).toBeLessThan(60)
  } finally {
    await reader?.stop()
    await world.stop()
  }
}, 240_000)
