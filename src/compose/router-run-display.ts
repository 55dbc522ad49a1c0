// How a running router is shown: JSON lines, plain lines for a pipe or a file, or tables that stay in place on a terminal.
import type { RouteChange } from '../bgp/decision/loc-rib.ts'
import type { RouterEvent, RouterSnapshot } from '../router/running.ts'
import { renderEvent, renderRouteFlood } from '../terminal/router/event-line.ts'
import { renderEventJson, renderSummaryJson } from '../terminal/router/json.ts'
import { renderRoutes, renderSummary } from '../terminal/router/tables.ts'

export interface RouterScreen {
  readonly write: (text: string) => unknown
  readonly colorLevel: 0 | 1 | 2 | 3
  /** of a terminal; undefined: it is none */
  readonly rows: (() => number) | undefined
  readonly nowMs: () => number
}

export interface RouterDisplay {
  event(event: RouterEvent): void
  /** everything as it is, because it is time */
  tables(snapshot: RouterSnapshot): void
  /** once, at the end */
  end(snapshot: RouterSnapshot): void
}

export function jsonDisplay({ write, nowMs }: RouterScreen): RouterDisplay {
  const summary = (snapshot: RouterSnapshot): void => {
    write(renderSummaryJson(snapshot, nowMs()))
  }
  return { event: (event) => void write(renderEventJson(event)), tables: summary, end: summary }
}

/** Route changes that come together are counted when there are more of them than anybody reads. */
const FLOOD = 20
const GATHER_MS = 100

export class PlainDisplay implements RouterDisplay {
  readonly #screen: RouterScreen
  readonly #hasTables: boolean
  #gathered: RouterEvent[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param hasTables a router with a fault has none */
  constructor(screen: RouterScreen, hasTables: boolean) {
    this.#screen = screen
    this.#hasTables = hasTables
  }

  event(event: RouterEvent): void {
    if (event.kind !== 'route') {
      this.#flush()
      this.#line(event)
      return
    }
    this.#gathered.push(event)
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS)
  }

  tables(snapshot: RouterSnapshot): void {
    this.#flush()
    const { write, nowMs } = this.#screen
    write(`\n${renderSummary(snapshot, nowMs())}\n${renderRoutes(snapshot, nowMs())}\n`)
  }

  end(snapshot: RouterSnapshot): void {
    this.#flush()
    if (this.#hasTables) this.tables(snapshot)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const gathered = this.#gathered
    this.#gathered = []
    const [first] = gathered
    if (first === undefined) return
    if (gathered.length <= FLOOD) for (const event of gathered) this.#line(event)
    else {
      const changes = gathered.flatMap((event): RouteChange[] =>
        event.kind === 'route' ? [event.change] : [],
      )
      this.#screen.write(`${renderRouteFlood(changes, first.atMs, this.#screen.colorLevel)}\n`)
    }
  }

  #line(event: RouterEvent): void {
    this.#screen.write(`${renderEvent(event, this.#screen.colorLevel)}\n`)
  }
}

const OTHER_SCREEN = '\x1b[?1049h\x1b[?25l'
const FORMER_SCREEN = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const REST_OF_LINE = '\x1b[K'
const REST_OF_SCREEN = '\x1b[J'
const LAST_EVENTS = 5
const REDRAW_MS = 200

/** Drawn when something happens, five times a second at most, and each second for the times in it. */
export class LiveDisplay implements RouterDisplay {
  readonly #screen: RouterScreen
  readonly #snapshot: () => RouterSnapshot
  readonly #events: string[] = []
  readonly #clock: NodeJS.Timeout
  #timer: NodeJS.Timeout | undefined

  constructor(screen: RouterScreen, snapshot: () => RouterSnapshot) {
    this.#screen = screen
    this.#snapshot = snapshot
    this.#clock = setInterval(() => this.#draw(), 1000)
    screen.write(OTHER_SCREEN)
  }

  event(event: RouterEvent): void {
    if (event.kind !== 'route') this.#events.push(renderEvent(event, this.#screen.colorLevel))
    if (this.#events.length > LAST_EVENTS) this.#events.shift()
    this.#timer ??= setTimeout(() => this.#draw(), REDRAW_MS)
  }

  tables(): void {
    this.#draw()
  }

  end(snapshot: RouterSnapshot): void {
    clearTimeout(this.#timer)
    clearInterval(this.#clock)
    const { write, nowMs } = this.#screen
    write(`${FORMER_SCREEN}${renderSummary(snapshot, nowMs())}\n${renderRoutes(snapshot, nowMs())}`)
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { write, nowMs, rows } = this.#screen
    const snapshot = this.#snapshot()
    const above = `${renderSummary(snapshot, nowMs())}\n`.split('\n')
    const below = ['', ...this.#events, 'Ctrl-C ends it.']
    // Two lines of the table of routes say what it is, one what was left out.
    const room = Math.max(1, (rows?.() ?? 24) - above.length - below.length - 4)
    const lines = [...above, ...renderRoutes(snapshot, nowMs(), room).split('\n'), ...below]
    write(`${HOME}${lines.map((line) => `${line}${REST_OF_LINE}`).join('\n')}${REST_OF_SCREEN}`)
  }
}
