// The built `lbctl controller run`: until it leads, what it needs, and its end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const runJs = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** @param name of its Pod */
export function startController({ kubeconfig, namespace }, name = 'bench') {
  const words = ['controller', 'run', '--kubeconfig', kubeconfig, '-n', namespace, '--pod-name', name]
  const flags = ['--log-format', 'json', '--metrics-addr', '127.0.0.1:0']
  const child = spawn(process.execPath, [runJs, ...words, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  const seen = new Map()
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text)
    if (line.event === undefined || seen.has(line.event)) return
    seen.set(line.event, line)
    waiting.get(line.event)?.(line)
  })
  const until = (event) =>
    seen.has(event)
      ? Promise.resolve(seen.get(event))
      : Promise.race([
          new Promise((resolve) => waiting.set(event, resolve)),
          ended.then(([code]) => {
            throw new Error(`the controller ended with ${code} before ${event}`)
          }),
        ])
  return {
    until,
    /** megabytes, after whatever its collector left, and milliseconds of CPU since its start */
    needs: async () => {
      const { metrics } = await until('started')
      const page = await (
        await fetch(`http://${metrics}/metrics`, { headers: { connection: 'close' } })
      ).text()
      const mb = (metric) => Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(page)[1]) / 1e6
      const cpuMs = mb('process_cpu_seconds_total') * 1e9
      return { rss: mb('process_resident_memory_bytes'), heap: mb('nodejs_heap_size_used_bytes'), cpuMs }
    },
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}
