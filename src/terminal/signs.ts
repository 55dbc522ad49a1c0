// Signs that are not of ASCII, and what stands for them where the locale takes no UTF-8.

interface TakesUtf8 {
  /** they can be read, which is so unless it is said */
  readonly utf8?: boolean
}

export const arrow = ({ utf8 }: TakesUtf8): string => (utf8 === false ? '->' : '→')
export const ellipsis = ({ utf8 }: TakesUtf8): string => (utf8 === false ? '...' : '…')
