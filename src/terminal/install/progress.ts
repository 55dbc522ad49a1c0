// What an installation or its removal says on the way.
import type { Kept, RemovalPlan } from '../../install/apply/removal.ts'
import { isStuck, type NotReady } from '../../install/apply/wait-ready.ts'
import { refOf, refText } from '../../migrate/apply/plan.ts'
import type { ObjectRef } from '../../migrate/ports.ts'
import { safeText } from '../safe-text.ts'

export const renderKeptCrds = (kept: readonly ObjectRef[]): string =>
  kept.length === 0
    ? ''
    : `Left as others applied them (--take-over replaces them): ${kept.map(({ name }) => safeText(name)).join(', ')}.\n`

/** What this installation is not about; somebody may want both. */
export const renderOtherComponent = (other: readonly ObjectRef[]): string =>
  other.length === 0
    ? ''
    : `Of another installation, and left alone: ${other.map((ref) => safeText(refText(ref))).join(', ')}.\n`

const MOST_TROUBLES = 3

/** `  DaemonSet metallb-system/lbctl-speaker: 3 of 5 nodes are ready`, and below it what keeps the others. */
export const renderReadiness = (now: NotReady): string =>
  `${readinessLine(now)}${troubleLines(now.troubles.filter(isStuck))}`

const readinessLine = ({ ref, readiness }: NotReady): string =>
  `  ${safeText(refText(ref))}: ${safeText(readiness.text)}\n`

function troubleLines(troubles: NotReady['troubles']): string {
  const rest = troubles.length - MOST_TROUBLES
  return [
    ...troubles.slice(0, MOST_TROUBLES).map(({ text }) => `    ${safeText(text)}\n`),
    rest > 0 ? `    and ${rest} more\n` : '',
  ].join('')
}

export function renderNotReady(pending: readonly NotReady[], timeout: string): string {
  return [
    `Not ready after ${timeout}; everything is applied, and may become ready later:\n`,
    ...pending.map((one) => `${readinessLine(one)}${troubleLines(one.troubles)}${remedyLines(one)}`),
    'To wait again, run the same command again: what is applied stays as it is.\n',
  ].join('')
}

const remedyLines = ({ remedy }: NotReady): string =>
  remedy === undefined ? '' : `    ${safeText(remedy.text)}\n      ${safeText(remedy.command)}\n`

/** After a signal: what was done stays done. */
export const renderStoppedWaiting = (pending: readonly NotReady[]): string =>
  [
    'Waiting was stopped; everything is applied. Not ready yet:\n',
    ...pending.map((one) => `${readinessLine(one)}${troubleLines(one.troubles.filter(isStuck))}`),
  ].join('')

export interface LostObjects {
  readonly crds: number
  /** objects of their kinds in the whole cluster */
  readonly objects: number
}

/** What `lbctl uninstall` would do; `lost` when CRDs are among what is removed. */
export function renderRemoval(
  { remove, keep, detach, release }: RemovalPlan,
  lost: LostObjects | undefined,
  services: number | undefined,
): string {
  return [
    remove.length === 0 ? 'Nothing of lbctl is there to be removed.\n' : 'To be removed, in this order:\n',
    ...remove.map((live) => `  ${safeText(refText(refOf(live)))}\n`),
    lost === undefined || lost.crds === 0
      ? ''
      : `With the CRDs go ALL objects of their kinds, of every namespace: ${lost.objects} objects of configuration.\n`,
    keep.length === 0 ? '' : 'Left alone:\n',
    ...keep.map(keptLine),
    ...detach.map(
      ({ metadata }) =>
        `Changed: ${safeText(metadata.name)}, whose objects no controller converts any more; the API server does it, field by field.\n`,
    ),
    release === undefined
      ? ''
      : `Changed: Namespace ${safeText(release.metadata.name)} loses the labels that lbctl alone gave it.\n`,
    remove.length === 0 ? '' : servicesLine(services),
  ].join('')
}

const keptLine = ({ ref, why }: Kept): string => `  ${safeText(refText(ref))}: ${safeText(why)}\n`

/** @param services how many have an address; undefined: it is not known */
function servicesLine(services: number | undefined): string {
  if (services === 0) return ''
  const who = services === undefined ? 'Services' : services === 1 ? '1 Service' : `${services} Services`
  const [keep, their] = services === 1 ? ['keeps', 'its'] : ['keep', 'their']
  return `${who} ${keep} ${their} address in the status: whoever serves them next gives the same ones. Until then, no speaker of lbctl answers for them.\n`
}
