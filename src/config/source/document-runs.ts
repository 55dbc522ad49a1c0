// A long text in runs of whole documents, so that the tree of one run can be used and dropped before the next is built: the
// tree of a text takes some fifty times as much memory as the text.
import { Source } from './source.ts'

/** Long enough that the cost of a run does not count. */
const RUN_CHARACTERS = 64 * 1024

/**
 * The same documents in the same order. A marker at the start of a line begins a document wherever it stands (YAML 1.2.2
 * §9.1.2), also in the middle of a block scalar. Texts with directives stay whole: those stand before the marker.
 */
export function documentRuns(source: Source, runCharacters = RUN_CHARACTERS): Source[] {
  const { text } = source
  if (text.length <= runCharacters || /^%/m.test(text)) return [source]
  const runs: Source[] = []
  let start = 0
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) {
    if (index - start < runCharacters) continue
    runs.push(part(source, start, index))
    start = index
  }
  if (start === 0) return [source]
  runs.push(part(source, start, text.length))
  return runs
}

const part = (source: Source, start: number, end: number): Source =>
  new Source(source.name, source.text.slice(start, end), {
    source,
    start,
    map: (inner) => Int32Array.from({ length: inner.length + 1 }, (_, i) => start + i),
  })
