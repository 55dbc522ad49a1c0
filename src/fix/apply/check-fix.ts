// Everything that is found out before the first write: that each value still is what the diff showed, and what the server says to the
// change (dry run), with what it would change along with it.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { contentOf } from '../../migrate/apply/content.ts'
import type { ClusterWriter } from '../../migrate/ports.ts'
import { printSettings } from '../host-settings.ts'
import { keeperOf } from '../kept-by.ts'
import { changeText } from '../merged-changes.ts'
import { editsBetween, mergePatch, stateOf } from '../object-edit.ts'
import { refOfObject } from '../patched-facts.ts'
import type { HostPort } from '../ports.ts'
import type { Change } from '../remedy.ts'
import type { UndoEntry } from './undo-record.ts'

export interface Targets {
  /** undefined: no object is to be changed */
  readonly writer: ClusterWriter | undefined
  readonly host: HostPort
  readonly code: string
  /** also what some program would change back */
  readonly force?: boolean
}

export interface Step {
  readonly change: Change
  readonly entry: UndoEntry
}

/** A step, or how it is instead. */
export type Checked = Step | 'unchanged' | 'overtaken'

/** @throws LbctlError when the server refuses the change, or does not answer: nothing was written */
export function checkChange(change: Change, targets: Targets): Promise<Checked> {
  switch (change.kind) {
    case 'create':
      return checkCreate(change, writerOf(targets))
    case 'edit':
      return checkEdit(change, targets)
    case 'sysctl':
      return Promise.resolve(checkSettings(change, targets))
  }
}

export function writerOf({ writer }: Targets): ClusterWriter {
  if (writer === undefined) throw new Error('objects are to be changed, and there is no cluster')
  return writer
}

type Of<Kind extends Change['kind']> = Extract<Change, { readonly kind: Kind }>

async function checkCreate(change: Of<'create'>, writer: ClusterWriter): Promise<Checked> {
  const ref = refOfObject(change.object)
  if ((await writer.get(ref)) !== undefined) return 'overtaken'
  const outcome = await writer.apply(change.object, { dryRun: true })
  if (!outcome.ok) return 'overtaken'
  return { change, entry: { type: 'created', ref, expected: contentOf(outcome.object) } }
}

/** @throws LbctlError `conflict` for an object that a program keeps as a repository or a release has it */
export function refuseKept(change: Change, object: Parameters<typeof keeperOf>[0]): void {
  const keeper = keeperOf(object)
  if (keeper === undefined) return
  throw new LbctlError('conflict', `${changeText(change)} is kept by ${keeper.name}.`, {
    hints: [keeper.instead, 'To change it here all the same: --force.'],
  })
}

async function checkEdit(change: Of<'edit'>, targets: Targets): Promise<Checked> {
  const { ref, edits } = change
  const writer = writerOf(targets)
  const live = await writer.get(ref)
  if (live === undefined) return 'overtaken'
  if (targets.force !== true) refuseKept(change, live as unknown as KubeObject)
  const state = stateOf(live, edits)
  if (state !== 'before') return state === 'after' ? 'unchanged' : 'overtaken'
  const then = await writer
    .patch(ref, mergePatch(edits, 'after'), {
      dryRun: true,
      resourceVersion: live.metadata.resourceVersion,
    })
    .catch((error: unknown) => {
      if (error instanceof LbctlError && error.kind === 'conflict') return undefined
      throw error
    })
  if (then === undefined) return 'overtaken'
  if (stateOf(then, edits) !== 'after')
    throw new LbctlError(
      'input',
      `The cluster takes the change of ${changeText(change)}, and does not keep it.`,
      {
        hints: ['A webhook or a default of the cluster sets the value; look for it there.'],
      },
    )
  const effects = editsBetween(contentOf(live) as Json, contentOf(then) as Json)
  return { change, entry: { type: 'edited', ref, uid: live.metadata.uid, edits: effects } }
}

function checkSettings(change: Of<'sysctl'>, { host, code }: Targets): Checked {
  if (change.host !== host.name)
    throw new LbctlError('unsupported', `These are settings of ${change.host}, and this is ${host.name}.`, {
      hints: [`Run the same command on ${change.host}.`],
    })
  const now = change.settings.map(({ key }) => host.read(key))
  if (change.settings.every(({ after }, index) => now[index] === after)) return 'unchanged'
  if (!change.settings.every(({ before, after }, index) => now[index] === before || now[index] === after))
    return 'overtaken'
  const path = host.fileFor(code)
  const before = path === undefined ? undefined : host.readFile(path)
  const file =
    path === undefined
      ? undefined
      : { path, ...(before === undefined ? {} : { before }), after: printSettings(code, change.settings) }
  return { change, entry: { type: 'sysctl', host: change.host, settings: change.settings, file } }
}
