// Where the records of fixes are: in the user's state directory (XDG Base Directory), one file for each.
import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { parseRecord, type UndoRecord } from '../../fix/apply/undo-record.ts'
import type { UndoStore } from '../../migrate/ports.ts'
import { undoFile } from '../cluster.ts'
import { unreadable } from '../unreadable.ts'

const ID = /^[FV]\d{2,3}-[\dTZ.]+$/

/** A relative XDG_STATE_HOME counts as not set, as its specification has it. */
export function recordFolder(env: NodeJS.ProcessEnv): string {
  const asked = env['XDG_STATE_HOME'] ?? ''
  return join(isAbsolute(asked) ? asked : join(homedir(), '.local', 'state'), 'lbctl', 'fix')
}

/** With milliseconds: two in one second are two files. */
export const newId = (code: string, now: Date): string =>
  `${code}-${now.toISOString().replaceAll(/[-:]/g, '')}`

/** The folder is made when the record is. */
export function recordStore(id: string, folder: string): UndoStore {
  const file = undoFile(join(folder, `${id}.json`))
  return {
    path: file.path,
    create: async (text) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
      } catch (cause) {
        throw new LbctlError(
          'input',
          `The folder ${folder} for the way back cannot be made (${(cause as NodeJS.ErrnoException).code}); nothing was changed.`,
          { hints: ['XDG_STATE_HOME names another place for it.'], cause },
        )
      }
      await file.create(text)
    },
  }
}

/** @param asked an id, or the path of a file. @throws LbctlError `input` */
export function readRecord(asked: string, folder: string): UndoRecord {
  const path = ID.test(asked) ? join(folder, `${asked}.json`) : asked
  try {
    return parseRecord(readFileSync(path, 'utf8'), path)
  } catch (error) {
    throw unreadable(`The record ${path}`, path, error, [`Records of earlier fixes are in ${folder}.`])
  }
}
