/** An Ethernet address, as six bytes in lower-case hex: `02:42:ac:11:00:02`. Made by `parseMac` or `macFromBytes` only. */
export type Mac = string & { readonly __brand: 'mac' }

/** Takes colons or dashes between the bytes, any case; undefined when it is no Ethernet address. */
export function parseMac(text: string): Mac | undefined {
  if (!/^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(text)) return undefined
  return text.toLowerCase().replaceAll('-', ':') as Mac
}

/** From exactly six bytes. */
export function macFromBytes(bytes: Uint8Array): Mac | undefined {
  if (bytes.length !== 6) return undefined
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(':') as Mac
}

export const macBytes = (mac: Mac): Uint8Array =>
  Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16))

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff' as Mac
export const ZERO_MAC = '00:00:00:00:00:00' as Mac

/** Group bit (IEEE 802): set for multicast and broadcast. */
export const isGroupMac = (mac: Mac): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1

/** Locally administered bit: set for virtual, container and randomised addresses. */
export const isLocalMac = (mac: Mac): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2
