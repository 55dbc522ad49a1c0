// Entry of the responder's thread; bundled as a file of its own (see worker-url.ts). It never blocks: its sockets are polled
// by its event loop, so a command always gets in, and when all is closed the loop, and with it the thread, ends.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { loadLibc } from '../libc.ts'
import type { Command, Report, Settings } from './messages.ts'
import { ResponderCore } from './responder-core.ts'

async function serve(port: MessagePort, { refreshMs }: Settings): Promise<void> {
  const report = (message: Report) => port.postMessage(message)
  let core: ResponderCore
  try {
    core = new ResponderCore(await loadLibc(), report, refreshMs)
  } catch (error) {
    if (!(error instanceof LbctlError)) throw error
    report({ kind: 'refused', message: error.message, hints: error.hints })
    return
  }
  port.on('message', (command: Command) => {
    switch (command.kind) {
      case 'own':
        report({ kind: 'done', id: command.id, failures: core.change(command.changes) })
        break
      case 'announce':
        report({ kind: 'done', id: command.id, failures: core.announce(command.frames) })
        break
      case 'count':
        report({ kind: 'counts', id: command.id, counts: core.counts() })
        break
      case 'stop':
        void core.close().then(() => port.close())
        break
    }
  })
  report({ kind: 'ready' })
}

if (parentPort !== null) void serve(parentPort, workerData as Settings)
