// One event of the speaker, for whoever writes logs. Data: what it looks like is decided in terminal/log.

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type LogValue = string | number | boolean | readonly string[] | undefined

export interface LogRecord {
  readonly level: LogLevel
  /** which part speaks, where MetalLB has a file and a line: `layer2`, `bgp`, `config` */
  readonly caller: string
  /**
   * MetalLB's keys where it has one for the thing (`msg`, `op`, `event`, `error`, `reason`, `service`, `ip`, `ips`, `pool`,
   * `protocol`, `peer`, `localASN`, `peerASN`, `interface`), so that searches and dashboards go on working. Never a secret.
   */
  readonly fields: Readonly<Record<string, LogValue>>
  /** the same for a person, one sentence without a full stop */
  readonly text: string
}

/** Takes records; never throws and never waits. */
export type LogSink = (record: LogRecord) => void
