// What may have changed since files were read last: as little as can be told, so that one file among thousands costs no look at the others.
import { lstatSync } from 'node:fs'

export class TouchedFiles {
  readonly #paths = new Set<string>()
  readonly #files = new Map<string, string>()
  #all = false

  /** Something happened to a file that is known; @param file its name in the list */
  add(path: string, file: string): void {
    this.#paths.add(path)
    this.#files.set(file, path)
  }

  /** A file may have come. */
  addNew(path: string): void {
    this.#paths.add(path)
  }

  /** A directory, a link: what happened behind it is not known. */
  addUnknown(path: string): void {
    this.#paths.add(path)
    this.#all = true
  }

  withAll(): this {
    this.#all = true
    return this
  }

  /** How many names something happened to. */
  get count(): number {
    return this.#paths.size
  }

  /** Known files to which something happened. */
  get files(): Iterable<string> {
    return this.#files.keys()
  }

  mayBeAnother(file: string): boolean {
    return this.#all || this.#files.has(file)
  }

  /** Nothing happened but to files that are known, and all of them are still there. */
  get areFiles(): boolean {
    return !this.#all && this.#files.size === this.#paths.size && [...this.#paths].every(isFile)
  }
}

const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
