// What systemd would hear, received by another program.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadLibc } from '../../src/linux/libc.ts'
import { serviceManager } from '../../src/linux/service-manager.ts'
import { describeInterop } from '../support/namespaces.ts'

const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind(chr(0) + name[1:] if name[0] == '@' else name)
s.settimeout(20)
print('bound', flush=True)
print(repr(s.recv(4096).decode()), flush=True)
`

describeInterop('the service manager', ['python3'], () => {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lbctl-notify-'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const heardAt = async (address: string, send: () => boolean): Promise<string> => {
    const child = spawn('python3', ['-c', LISTEN, address])
    let output = ''
    for await (const chunk of child.stdout) {
      output += String(chunk)
      if (output === 'bound\n') expect(send()).toBe(true)
    }
    return output.split('\n')[1] ?? ''
  }

  it('hears lines at a path and at an abstract name', async () => {
    const libc = await loadLibc()
    for (const address of [join(directory, 'notify'), `@lbctl-test-${process.pid}`]) {
      const notify = serviceManager(libc, address)
      expect(await heardAt(address, () => notify('READY=1', 'STATUS=ok'))).toBe("'READY=1\\nSTATUS=ok'")
    }
  })

  it('that is not there is no error', async () => {
    const libc = await loadLibc()
    expect(serviceManager(libc, undefined)('READY=1')).toBe(false)
    expect(serviceManager(libc, join(directory, 'nobody'))('READY=1')).toBe(false)
  })
})
