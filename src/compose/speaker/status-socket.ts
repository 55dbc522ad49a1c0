// A speaker tells its status over a socket in the file system: whoever may write to the socket may ask. One line of JSON is
// the question, one JSON document the answer, then the connection ends.
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'

export const SOCKET_NAME = 'speaker.sock'
/** A question is a few words. */
const LONGEST_QUESTION_BYTES = 4096
const PATIENCE_MS = 5000
/** struct sockaddr_un has this much room for the path, with its end. */
const LONGEST_PATH_BYTES = 107

/** Where the state of a speaker is kept unless told otherwise: only root can make folders in /run. */
export function defaultStateDirectory(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  if (uid === 0) return '/run/lbctl'
  const runtime = env['XDG_RUNTIME_DIR']
  return runtime === undefined || runtime === '' ? `/tmp/lbctl-${uid ?? 0}` : join(runtime, 'lbctl')
}

export interface StatusServer {
  readonly path: string
  close(): Promise<void>
}

/**
 * @param answer of a question: a value that becomes JSON
 * @throws LbctlError `conflict` when a speaker listens there already, `input` when the directory cannot be used
 */
export async function serveStatus(
  directory: string,
  answer: (question: unknown) => Promise<unknown>,
): Promise<StatusServer> {
  const path = join(directory, SOCKET_NAME)
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES)
    throw new LbctlError(
      'usage',
      `The path ${path} is too long for a socket (${LONGEST_PATH_BYTES} bytes at most).`,
      {
        hints: ['Choose a shorter --state-dir.'],
      },
    )
  own(directory)
  await clear(path)
  const server = createServer({ allowHalfOpen: true }, (socket) => void serve(socket, answer))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(unusable(directory, cause)))
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  return { path, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** A directory that others can write to could hold their socket instead of ours. */
function own(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const stats = lstatSync(directory)
    const uid = process.getuid?.()
    if (!stats.isDirectory() || (uid !== undefined && uid !== 0 && stats.uid !== uid))
      throw new LbctlError(
        'input',
        `${directory} is not a directory of this user, so no state is kept in it.`,
        {
          hints: ['Choose another with --state-dir.'],
        },
      )
  } catch (cause) {
    if (cause instanceof LbctlError) throw cause
    throw unusable(directory, cause as NodeJS.ErrnoException)
  }
}

/** Removes what a speaker that ended without a chance has left. */
async function clear(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isSocket())
    throw new LbctlError('input', `${path} is in the way: it is no socket.`, {
      hints: ['Choose another --state-dir, or remove it.'],
    })
  const alive = await new Promise<boolean>((resolve) => {
    const probe = createConnection(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (alive)
    throw new LbctlError('conflict', `Another speaker is running: it answers at ${path}.`, {
      hints: [
        'Stop that one first, or give this one a --state-dir of its own.',
        'lbctl speaker status shows it.',
      ],
    })
  unlinkSync(path)
}

async function serve(socket: Socket, answer: (question: unknown) => Promise<unknown>): Promise<void> {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  const question = await readLine(socket, LONGEST_QUESTION_BYTES)
  if (question === undefined) {
    socket.destroy()
    return
  }
  let reply: unknown
  try {
    reply = { ok: true, value: await answer(JSON.parse(question)) }
  } catch (error) {
    reply = { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
  socket.end(JSON.stringify(reply))
}

/** The first line; undefined when it is too long or never ends. */
async function readLine(socket: Socket, limit: number): Promise<string | undefined> {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk])
    const end = bytes.indexOf(0x0a)
    if (end >= 0) return bytes.toString('utf8', 0, end)
    if (bytes.length > limit) return undefined
  }
  return undefined
}

/**
 * Asks the speaker of a state directory.
 * @throws LbctlError `unreachable` when none runs there, `permission` when it may not be asked
 */
export async function askSpeaker(directory: string, question: unknown): Promise<unknown> {
  const path = join(directory, SOCKET_NAME)
  const text = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(path)
    const chunks: Buffer[] = []
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy()
      reject(new LbctlError('timeout', `The speaker at ${path} does not answer.`))
    })
    socket.on('error', (cause: NodeJS.ErrnoException) => reject(notAnswering(path, cause)))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    socket.write(`${JSON.stringify(question)}\n`)
  })
  const reply = parsed(text)
  if (reply === undefined)
    throw new LbctlError('unreachable', `What answers at ${path} is no speaker of lbctl.`)
  if (!reply.ok) throw new LbctlError('input', reply.message)
  return reply.value
}

type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

function parsed(text: string): Reply | undefined {
  try {
    const value = JSON.parse(text) as Reply | null
    return typeof value === 'object' && value !== null && 'ok' in value ? value : undefined
  } catch {
    return undefined
  }
}

function notAnswering(path: string, cause: NodeJS.ErrnoException): LbctlError {
  if (cause.code === 'EACCES' || cause.code === 'EPERM')
    return new LbctlError('permission', `This user may not ask the speaker at ${path}.`, {
      hints: ['Ask as the user who runs it, or with sudo.'],
      cause,
    })
  return new LbctlError('unreachable', `No speaker runs here: nothing answers at ${path}.`, {
    hints: [
      'Start one with lbctl speaker run, or name the --state-dir that it was given.',
      'A speaker that runs in a pod is asked inside of it: kubectl exec.',
    ],
    cause,
  })
}

const unusable = (directory: string, cause: NodeJS.ErrnoException): LbctlError =>
  new LbctlError(
    cause.code === 'EACCES' || cause.code === 'EPERM' ? 'permission' : 'input',
    `The state directory ${directory} cannot be used: ${cause.code ?? cause.message}.`,
    { hints: ['Choose another with --state-dir.'], cause },
  )
