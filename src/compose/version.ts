// What this build is. The two constants are put in by scripts/build.mjs; unbundled code (tests) has none.
declare const LBCTL_VERSION: string | undefined
declare const LBCTL_COMMIT: string | undefined

export const version: string = typeof LBCTL_VERSION === 'string' ? LBCTL_VERSION : '0.0.0-source'
export const commit: string = typeof LBCTL_COMMIT === 'string' ? LBCTL_COMMIT : 'unknown'

/** `lbctl 0.1.0 (commit abc1234, node v20.20.2, linux-x64)` */
export const versionLine = (): string =>
  `lbctl ${version} (commit ${commit}, node ${process.version}, ${process.platform}-${process.arch})`
