import type { EnvironmentLink } from './environment-facts.ts'

/** A bridge with a card in it, and not one that a network plugin made for pods. */
export const isGroupMaster = ({ name }: EnvironmentLink, links: readonly EnvironmentLink[]): boolean =>
  links.some(
    ({ master, kind }) => master === name && (kind === undefined || kind === 'bond' || kind === 'vlan'),
  )
