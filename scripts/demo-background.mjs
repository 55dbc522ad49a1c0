// What the parts of the demo need that run lbctl beside them.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { root } from './build-identity.mjs'

const LONGEST_WAIT_MS = 30_000

/** lbctl in the background; what it prints is kept. */
export class Background {
  output = ''
  #child
  #ended

  constructor(args, cwd) {
    this.#child = spawn(process.execPath, [join(root, 'bin/run.js'), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.on('data', (chunk) => {
        this.output += chunk
      })
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
  }

  async prints(pattern) {
    const end = Date.now() + LONGEST_WAIT_MS
    while (!pattern.test(this.output)) {
      if (Date.now() > end || this.#child.exitCode !== null)
        throw new Error(`${pattern} was not printed:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async stop() {
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}

/** BGPPeer takes ports up to 16384 only. */
export async function freePort() {
  for (let port = 16_000; port < 16_384; port++) {
    const server = createServer()
    const free = await new Promise((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((resolve) => server.close(resolve))
    if (free) return port
  }
  throw new Error('no port from 16000 to 16383 is free on 127.0.0.1')
}
