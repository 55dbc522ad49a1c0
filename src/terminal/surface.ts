// The commands as data: the part of oclif.manifest.json that help and completion are made from.

export interface FlagSurface {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string
  readonly description?: string
  readonly options?: readonly string[]
  readonly default?: unknown
  readonly multiple?: boolean
  readonly required?: boolean
  readonly hidden?: boolean
  readonly helpValue?: string | readonly string[]
  readonly helpGroup?: string
  readonly env?: string
}

export interface ArgSurface {
  readonly name?: string
  readonly description?: string
  readonly options?: readonly string[]
  readonly required?: boolean
  readonly multiple?: boolean
}

export interface CommandSurface {
  /** words joined by colons: `diagnose:arp` */
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly examples?: readonly string[]
  readonly args: Readonly<Record<string, ArgSurface>>
  readonly flags: Readonly<Record<string, FlagSurface>>
  readonly hidden?: boolean
}

export interface Surface {
  readonly version: string
  readonly commands: Readonly<Record<string, CommandSurface>>
}

export const commandWords = (id: string): string => id.replaceAll(':', ' ')
