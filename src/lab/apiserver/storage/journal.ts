// The store on disk: one JSON document per line, the first with the state at start, then one per write. A write is in the
// file before it is answered, so a killed server comes back with everything that it acknowledged.
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { isObject } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { StoredState, StoreEvent } from './object-store.ts'

export interface Journal {
  readonly state: StoredState | undefined
  append(event: StoreEvent): void
  close(): void
}

interface Line {
  readonly revision: number
  readonly resource?: string
  readonly key?: string
  /** null: deleted */
  readonly object?: KubeObject | null
}

/** Reads what is there, writes it back without its past, and goes on behind it. Throws what the file system throws. */
export function openJournal(path: string): Journal {
  const state = existsSync(path) ? replay(readFileSync(path, 'utf8')) : undefined
  const fresh = `${path}.new`
  writeFileSync(fresh, state === undefined ? '' : linesOf(state), { mode: 0o600 })
  renameSync(fresh, path)
  const file = openSync(path, 'a', 0o600)
  let open = true
  return {
    state,
    append: (event) => {
      if (!open) return
      const line: Line = {
        revision: event.revision,
        resource: event.resource,
        key: event.key,
        object: event.type === 'DELETED' ? null : event.object,
      }
      writeSync(file, `${JSON.stringify(line)}\n`)
    },
    close: () => {
      if (open) closeSync(file)
      open = false
    },
  }
}

function linesOf(state: StoredState): string {
  const lines = [JSON.stringify({ revision: state.revision })]
  for (const [resource, objects] of state.tables) {
    for (const [key, object] of objects) {
      lines.push(JSON.stringify({ revision: state.revision, resource, key, object }))
    }
  }
  return `${lines.join('\n')}\n`
}

function replay(text: string): StoredState | undefined {
  let revision = 0
  const tables = new Map<string, Map<string, KubeObject>>()
  for (const line of text.split('\n')) {
    const entry = parsed(line)
    if (entry === undefined) continue
    revision = Math.max(revision, entry.revision)
    if (entry.resource === undefined || entry.key === undefined) continue
    const table = tables.get(entry.resource) ?? new Map<string, KubeObject>()
    tables.set(entry.resource, table)
    if (entry.object === null || entry.object === undefined) table.delete(entry.key)
    else table.set(entry.key, entry.object)
  }
  return revision === 0 ? undefined : { revision, tables }
}

/** The last line of a killed server may be half a line: that write was not answered. */
function parsed(line: string): Line | undefined {
  if (line === '') return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) && typeof value['revision'] === 'number' ? (value as unknown as Line) : undefined
  } catch {
    return undefined
  }
}
