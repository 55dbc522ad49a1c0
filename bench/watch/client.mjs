// Starts a reader, and asks it one thing after the other.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const readerPath = fileURLToPath(new URL('./reader.mjs', import.meta.url))

/** @param modulePath a module with `watchAll`. The first figures come when `count` objects are known. */
export async function startReader(modulePath, kubeconfig, count) {
  const child = fork(readerPath, [modulePath, kubeconfig, String(count)], { execArgv: ['--expose-gc'] })
  const answer = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the reader ended with ${code}`)
      }),
    ])
    return message
  }
  const first = await answer()
  return {
    first,
    /** Calls `change` when the reader listens, and resolves when it has seen the object that `marker` names. */
    relist: async (marker, change) => {
      child.send(marker)
      await answer()
      change()
      return answer()
    },
    stop: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.send('stop')
      await ended
    },
  }
}
