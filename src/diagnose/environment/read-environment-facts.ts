// Facts of a file that `--save-facts` wrote.
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import { readClusterFacts } from '../cluster/read-cluster-facts.ts'
import { flag, list, maybe, number, oneOf, record, type Shape, text } from '../facts/shape.ts'
import {
  ENVIRONMENT_FACTS_FORMAT,
  type EnvironmentFacts,
  type EnvironmentLink,
  type HostEnvironment,
  type Known,
} from './environment-facts.ts'

const known =
  <T>(shape: Shape<T>): Shape<Known<T>> =>
  (value, path) => {
    const { status } = record({ status: oneOf('read', 'not-read') })(value, path)
    return status === 'read'
      ? { status, ...record({ value: shape })(value, path) }
      : { status, ...record({ reason: text })(value, path) }
  }

const link = record<EnvironmentLink>({
  name: text,
  kind: maybe(text),
  hardwareType: number,
  up: flag,
  loopback: flag,
  noArp: flag,
  wireless: flag,
  mac: maybe(text),
  master: maybe(text),
  bondMode: maybe(text),
  vlanFiltering: maybe(flag),
  addresses: list(text),
})

const host = record<HostEnvironment>({
  vendor: maybe(text),
  product: maybe(text),
  platform: maybe(text),
  links: list(link),
  uplink: maybe(text),
})

const cluster: Shape<ClusterFacts> = (value) => readClusterFacts(value)

const facts = record<EnvironmentFacts>({
  format: oneOf(ENVIRONMENT_FACTS_FORMAT),
  takenAt: text,
  hostName: text,
  host: known(host),
  cluster: known(cluster),
})

/** @throws ShapeMismatch */
export const readEnvironmentFacts = (value: unknown): EnvironmentFacts => facts(value, '')
