// Files and stdin → chunks of bytes for the scanner of logs. Never the whole file: it may be larger than the memory.
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { LbctlError } from '../errors/lbctl-error.ts'

/** Large enough that the calls do not count, small enough for the caches of the processor not to mind. */
const CHUNK_BYTES = 1024 * 1024

type OnBytes = (bytes: Uint8Array) => void

/** @param path `-` for stdin; a file of gzip, as rotated logs are, is unpacked. @throws LbctlError */
export async function readLogBytes(path: string, onBytes: OnBytes, signal: AbortSignal): Promise<void> {
  if (path === '-') return readStream(process.stdin, onBytes, signal)
  try {
    await readFile(path, onBytes, signal)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function readFile(path: string, onBytes: OnBytes, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    let { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES)
    if (bytesRead > 1 && buffer[0] === 0x1f && buffer[1] === 0x8b) {
      const packed = file.createReadStream({ start: 0, autoClose: false, signal })
      const unpacked = createGunzip()
      packed.on('error', (error) => unpacked.destroy(error))
      await readStream(packed.pipe(unpacked), onBytes, signal)
      return
    }
    while (bytesRead > 0) {
      onBytes(buffer.subarray(0, bytesRead))
      signal.throwIfAborted()
      ;({ bytesRead } = await file.read(buffer, 0, CHUNK_BYTES))
    }
  } finally {
    await file.close()
  }
}

async function readStream(
  stream: NodeJS.ReadableStream,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<void> {
  const stop = (): void => {
    ;(stream as NodeJS.ReadStream).destroy(signal.reason instanceof Error ? signal.reason : undefined)
  }
  signal.addEventListener('abort', stop)
  try {
    for await (const chunk of stream) onBytes(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EISDIR: 'it is a directory',
  Z_DATA_ERROR: 'what is packed in it is damaged',
  Z_BUF_ERROR: 'what is packed in it ends too early',
}

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || code === 'ABORT_ERR') return error
  return new LbctlError('input', `${path} cannot be read: ${WHY[code] ?? code}.`, {
    facts: { path, 'system error': code },
    cause: error,
  })
}
