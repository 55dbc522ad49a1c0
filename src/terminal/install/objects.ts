// The objects of an installation as text.
import { printDocuments, printYaml } from '../../config/print.ts'
import type { InstallItem } from '../../install/install-item.ts'

/** YAML documents in apply order, with the reasons as comments. */
export const renderItemsYaml = (items: readonly InstallItem[]): string =>
  printDocuments(
    items.map(({ object, comments }) => printYaml(object, comments === undefined ? {} : { comments })),
  )

/** A `kind: List`, which kubectl takes like the documents. */
export const renderItemsJson = (items: readonly InstallItem[]): string =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.map(({ object }) => object) }, null, 2)}\n`
