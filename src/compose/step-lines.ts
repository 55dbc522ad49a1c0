// The lines that tell the steps of a diagnosis, as they happen. They are written when the event loop turns: the first probe
// waits neither for the terminal nor for the code that finds words for it.

export interface StepLines {
  /** @param text words, or what finds them when they are written */
  add(name: string, text: string | (() => Promise<string>)): void
  /** Writes what is not written yet: before a result, and before an error. */
  flush(): Promise<void>
}

type WriteStep = (name: string, text: string) => void

/** @param writer loaded for the first line */
export function stepLines(writer: () => Promise<WriteStep>): StepLines {
  const waiting: (readonly [name: string, text: string | (() => Promise<string>)])[] = []
  let writing = Promise.resolve()
  const writeAll = async (): Promise<void> => {
    const write = await writer()
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      const [name, text] = line
      write(name, typeof text === 'string' ? text : await text())
    }
  }
  // One after the other, so that the lines keep their order.
  const flush = (): Promise<void> => {
    if (waiting.length > 0) writing = writing.then(writeAll)
    return writing
  }
  return {
    add: (name, text) => {
      if (waiting.length === 0) setImmediate(() => void flush())
      waiting.push([name, text])
    },
    flush,
  }
}
