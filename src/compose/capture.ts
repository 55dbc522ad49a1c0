// `lbctl capture` put together: interfaces → sockets → lines and file, until something ends it.
import { type CaptureInterface, chooseInterfaces } from '../diagnose/capture/choose-interfaces.ts'
import type { CaptureSockets } from '../diagnose/capture/ports.ts'
import { selectionOf } from '../diagnose/capture/subject.ts'
import type { NetworkTables } from '../diagnose/ports/tables.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import {
  PROMISCUOUS_NOTICE,
  renderLeftOut,
  renderListening,
  renderSummary,
} from '../terminal/capture/notices.ts'
import { CaptureFile } from './capture-file.ts'
import { type CaptureWords, durationMsOf, subjectOf } from './capture-request.ts'
import { CaptureRun, type CaptureTerminal } from './capture-run.ts'
import { openKernel } from './linux.ts'

/** Runs until the signal, the count, the duration, or the loss of all interfaces. @throws LbctlError */
export async function runCapture(words: CaptureWords, terminal: CaptureTerminal): Promise<ExitCode> {
  const subject = subjectOf(words.subject)
  const durationMs = durationMsOf(words.duration)
  const toStdout = words.write === '-'
  if (toStdout && terminal.stdout.isTTY === true)
    throw new LbctlError('usage', 'A pcapng file is not for a terminal.', {
      hints: ['Pipe it on, for example into "tshark -r -", or name a file.'],
    })
  const { tables } = await openKernel({ netns: words.netns })
  const sockets = await openSockets()
  const interfaces = await interfacesOf(tables, words, terminal)
  const names = interfaces.map(({ name }) => name)
  const run = new CaptureRun(interfaces, words, terminal)
  let file: CaptureFile | undefined
  try {
    // The sockets first: who may not capture shall not have a file emptied.
    await run.open(sockets, selectionOf(subject))
    if (words.write !== undefined && !toStdout) file = await CaptureFile.create(words.write)
    if (words.promiscuous) terminal.say(PROMISCUOUS_NOTICE)
    terminal.say(renderListening(subject, names))
    const { end, tally } = await run.until(durationMs, file)
    await run.close()
    await file?.close()
    terminal.say(renderSummary(tally, names))
    const code = end === 'no interface' ? EXIT.partial : EXIT.ok
    if (!(await run.flushed())) {
      terminal.say('The reader of stdout does not take the last lines; they are lost.\n')
      // What is queued would keep the process up until it is read.
      process.exit(code)
    }
    return code
  } finally {
    await run.close()
  }
}

async function openSockets(): Promise<CaptureSockets> {
  const [{ loadLibc }, { captureSockets }] = await Promise.all([
    import('../linux/libc.ts'),
    import('../linux/capture-sockets.ts'),
  ])
  return captureSockets(await loadLibc())
}

async function interfacesOf(
  tables: NetworkTables,
  words: CaptureWords,
  terminal: CaptureTerminal,
): Promise<readonly CaptureInterface[]> {
  const { interfaces, leftOut } = chooseInterfaces(await tables.links(), words.interface ?? [])
  const unknown = leftOut.find(({ reason }) => reason === 'unknown')
  if (unknown !== undefined)
    throw new LbctlError('usage', `There is no interface "${unknown.name}".`, {
      hints: ['"ip link" lists the interfaces; inside of a namespace with --netns.'],
    })
  if (interfaces.length === 0)
    throw new LbctlError('unsupported', 'There is no interface to listen on.', {
      facts: Object.fromEntries(leftOut.map(({ name, reason }) => [name, reason])),
      hints: ['An interface must be up, and carry Ethernet frames: "ip link set NAME up" brings it up.'],
    })
  for (const each of leftOut) terminal.say(renderLeftOut(each))
  return interfaces
}
