// `lbctl router run` put together: flags → router → what is shown, until the time is over or somebody stops it.
import { randomBytes } from 'node:crypto'
import { EmbeddedRouter } from '../lab/router/embedded-router.ts'
import { FAULTS } from '../lab/router/fault.ts'
import { FaultyRouter } from '../lab/router/faulty-router.ts'
import { formatIp } from '../net/ip.ts'
import type { RouterEvent, RouterSnapshot } from '../router/running.ts'
import { renderStartJson } from '../terminal/router/json.ts'
import { bgpPorts } from './bgp.ts'
import {
  jsonDisplay,
  LiveDisplay,
  PlainDisplay,
  type RouterDisplay,
  type RouterScreen,
} from './router-run-display.ts'
import { type RouterRunRequest, type RouterRunWords, routerRunRequest } from './router-run-request.ts'

export interface RouterTerminal {
  readonly screen: RouterScreen
  /** stderr */
  readonly say: (text: string) => void
}

const SILENT: RouterDisplay = { event: () => {}, tables: () => {}, end: () => {} }

interface RunningRouter {
  listen(options: RouterRunRequest['listen'][number]): Promise<number>
  stop(): Promise<void>
  snapshot(): RouterSnapshot
}

/** Ends with the signal or the duration, both of which are the end that was asked for. @throws LbctlError */
export async function runRouter(
  words: RouterRunWords,
  { screen, say }: RouterTerminal,
  signal: AbortSignal,
): Promise<void> {
  const request = routerRunRequest(words)
  let display: RouterDisplay | undefined
  // What happens before the first line is out is kept for after it.
  const early: RouterEvent[] = []
  const tell = (event: RouterEvent): void => {
    if (display === undefined) early.push(event)
    else display.event(event)
  }
  const router = await makeRouter(request, tell)
  try {
    const listening: string[] = []
    for (const options of request.listen) {
      const port = await router.listen(options)
      const address = formatIp(options.address)
      listening.push(options.address.family === 6 ? `[${address}]:${port}` : `${address}:${port}`)
    }
    say(startLine(request, listening))
    display = displayOf(words, screen, request, listening, () => router.snapshot())
    for (const event of early.splice(0)) display.event(event)
    await untilOver(request, signal, () => display?.tables(router.snapshot()))
  } finally {
    const last = router.snapshot()
    // That everything goes away now is no news.
    display?.end(last)
    display = SILENT
    await router.stop()
  }
}

async function makeRouter(
  request: RouterRunRequest,
  tell: (event: RouterEvent) => void,
): Promise<RunningRouter> {
  const ports = await bgpPorts({ report: () => {} })
  const { fault, router } = request
  if (fault === undefined) return new EmbeddedRouter(router, ports, tell)
  const { asn, routerId, holdTimeSeconds } = router
  const password = randomBytes(15).toString('base64')
  const faulty = new FaultyRouter({ asn, routerId, holdTimeSeconds, fault, password }, ports, tell)
  return {
    listen: (options) => faulty.listen(options),
    stop: () => faulty.stop(),
    snapshot: () => ({ asn, routerId, peers: [], routes: { 4: [], 6: [] } }),
  }
}

function startLine({ router: { asn }, fault }: RouterRunRequest, listening: readonly string[]): string {
  const nature = 'A router for tests: it forwards nothing and is not for production.'
  const places = listening.join(' and ')
  return fault === undefined
    ? `Listening on ${places} as AS ${asn}. ${nature}`
    : `${FAULTS[fault].closed === true ? 'Not listening' : 'Listening'} on ${places} as AS ${asn}, with a fault (${fault}): this router ${FAULTS[fault].title}. ${nature}`
}

function displayOf(
  words: RouterRunWords,
  screen: RouterScreen,
  { router: { asn, routerId }, fault }: RouterRunRequest,
  listen: readonly string[],
  snapshot: () => RouterSnapshot,
): RouterDisplay {
  if (words.output === 'json') {
    screen.write(renderStartJson({ atMs: screen.nowMs(), asn, routerId: formatIp(routerId), listen, fault }))
    return jsonDisplay(screen)
  }
  if (fault !== undefined) return new PlainDisplay(screen, false)
  return screen.rows === undefined ? new PlainDisplay(screen, true) : new LiveDisplay(screen, snapshot)
}

async function untilOver(
  { intervalMs, durationMs }: RouterRunRequest,
  signal: AbortSignal,
  onInterval: () => void,
): Promise<void> {
  const timers: NodeJS.Timeout[] = []
  // Without a listener nothing else would keep the process up.
  timers.push(setInterval(intervalMs === undefined ? () => undefined : onInterval, intervalMs ?? 60_000))
  await new Promise<void>((resolve) => {
    if (durationMs !== undefined) timers.push(setTimeout(resolve, durationMs))
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
  })
  for (const timer of timers) clearTimeout(timer)
}
