// What a fix asks of the outside beside the cluster (migrate/ports.ts). Values of settings are texts without the line break.
export interface HostPort {
  /** name of this machine */
  readonly name: string
  /** where settings are kept for the next start: the path of the file of a code; undefined: they are not to be kept */
  fileFor(code: string): string | undefined
  /** undefined: this kernel has no such setting */
  read(key: string): string | undefined
  /** @throws LbctlError `permission` without the right to */
  write(key: string, value: string): void
  /** undefined: there is no such file. @throws LbctlError */
  readFile(path: string): string | undefined
  /** `undefined` deletes it. @throws LbctlError */
  writeFile(path: string, text: string | undefined): void
}
