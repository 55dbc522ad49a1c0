// The door of this wing: a reader and a writer for one cluster. Importing it loads client-node (some 300 ms), so compose
// imports it only when a command needs a cluster.
import type { ClusterSource } from '../diagnose/cluster/ports.ts'
import type { ClusterReader, ClusterWriter } from '../migrate/ports.ts'
import { ApiClient, type ClientOptions } from './client.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { ApiFactSource } from './fact-source.ts'
import { ApiReader } from './reader.ts'
import { ApiWriter } from './writer.ts'

export interface OpenCluster {
  readonly reader: ClusterReader
  readonly writer: ClusterWriter
  readonly facts: ClusterSource
  /** Lets the process end: no connection stays open. */
  close(): void
}

/** Reads the kubeconfig; connects at the first call. @throws LbctlError */
export function openCluster(connection: ConnectionOptions, client: ClientOptions = {}): OpenCluster {
  const opened = openConnection(connection)
  const api = new ApiClient(opened, client)
  return {
    reader: new ApiReader(api),
    writer: new ApiWriter(api),
    facts: new ApiFactSource(api),
    close: () => opened.close(),
  }
}
