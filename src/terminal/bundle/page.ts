// The page of a bundle: one file that a browser opens from disk. No script, nothing from elsewhere; whatever the cluster says is text.

import type { KubeObject } from '../../config/kube-object.ts'
import { printYaml } from '../../config/print.ts'
import type { BundleManifest } from '../../diagnose/bundle/manifest.ts'
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import { type ClusterFacts, PLANES } from '../../diagnose/cluster/cluster-facts.ts'
import { type ClusterVerdict, PLANE_TITLES } from '../../diagnose/cluster/judge-cluster.ts'
import { idOf } from '../../diagnose/cluster/object-fields.ts'
import { html } from './html-text.ts'
import { PAGE_STYLE } from './page-style.ts'

export function renderBundlePage(
  facts: ClusterFacts,
  verdict: ClusterVerdict,
  manifest: BundleManifest,
): string {
  const title = `lbctl bundle of ${facts.takenAt}`
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${html(title)}</h1>
<p><strong>${html(verdict.summary)}</strong></p>
<p class="note">Seen from ${html(facts.vantage)}.</p>
<h2 id="findings">Findings</h2>
${verdict.findings.length === 0 ? '<p>None.</p>' : verdict.findings.map(findingSection).join('\n')}
<h2 id="not-looked-at">What was not looked at</h2>
${gapList(verdict, manifest)}
<h2 id="checks">What was looked at</h2>
${checkTable(verdict)}
<h2 id="versions">Versions</h2>
${versionTable(manifest)}
<h2 id="facts">Facts</h2>
<p class="note">${html(hiddenText(manifest))} Each opens with a click, and is printed if it is open.</p>
${factLists(facts)}
</body>
</html>
`
}

function findingSection(finding: ClusterFinding): string {
  const { code, title, severity, confidence, breaks, evidence, cause, fix, consequences, candidates } =
    finding
  const sure = severity === 'info' ? 'for information' : confidence
  const later =
    severity === 'error' && breaks === 'some day'
      ? ['Services go on as they are today; it shows with the next change, restart or failure.']
      : []
  const hence = consequences.map((each) => `Hence ${each.code}: ${each.title}`)
  const or = candidates.length === 0 ? [] : [`It could also be ${candidates.join(', ')}.`]
  return `<section class="${severity}">
<h3>${html(`${severity}: ${code}: ${title}`)}</h3>
<p>${html(cause)} <span class="note">(${html(sure)})</span></p>
${list('ul', evidence)}
${paragraphs(later)}
${fixList(fix)}
${paragraphs([...hence, ...or])}
<p class="note">More: <code>${html(`lbctl explain ${code}`)}</code></p>
</section>`
}

function fixList(fixes: ClusterFinding['fix']): string {
  if (fixes.length === 0) return ''
  const items = fixes.map(({ text, command, configuration = [] }) => {
    const lines = [...(command === undefined ? [] : [command]), ...configuration]
    return `<li>${html(text)}${lines.length === 0 ? '' : `<pre>${html(lines.join('\n'))}</pre>`}</li>`
  })
  return `<p>What helps:</p>
<ol>${items.join('')}</ol>`
}

/** What the diagnosis could not see, then what else the bundle lacks. */
function gapList({ notTested }: ClusterVerdict, { missing }: BundleManifest): string {
  const more = missing.filter(({ reason }) => !notTested.some((each) => each.includes(reason)))
  const gaps = [
    ...notTested,
    ...more.map(
      ({ what, reason, remedy }) => `${what}: ${reason}.${remedy === undefined ? '' : ` ${remedy}`}`,
    ),
  ]
  return gaps.length === 0 ? '<p>Nothing was left out.</p>' : list('ul', gaps)
}

const checkTable = ({ checks }: ClusterVerdict): string =>
  table(
    ['Check', 'Result', 'What was seen'],
    checks.map(({ title, result, code, text }) => [
      title,
      result === 'fail' ? (code ?? 'fail') : result,
      text,
    ]),
  )

const versionTable = ({ versions }: BundleManifest): string =>
  table(
    ['What', 'Version'],
    [
      ['lbctl', versions.lbctl],
      ['Kubernetes', versions.kubernetes ?? 'not known'],
      ...Object.entries(versions.loadBalancer),
      ...Object.entries(versions.nodes).map(([title, count]) => [`${count} × node`, title]),
    ],
  )

function hiddenText({ hidden, pseudonymised }: BundleManifest): string {
  const blotted =
    hidden === 0
      ? 'Nothing had to be blotted out'
      : `${hidden} ${hidden === 1 ? 'value was' : 'values were'} blotted out`
  const stands = pseudonymised.length === 0 ? '' : ` Pseudonyms stand for ${pseudonymised.join(' and ')}.`
  return `${blotted}; Secrets are here by name and type only.${stands}`
}

const paragraphs = (texts: readonly string[]): string =>
  texts.map((each) => `<p>${html(each)}</p>`).join('\n')

const list = (tag: 'ul' | 'ol', items: readonly string[]): string =>
  items.length === 0 ? '' : `<${tag}>${items.map((each) => `<li>${html(each)}</li>`).join('')}</${tag}>`

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>
<thead><tr>${head.map((each) => `<th scope="col">${html(each)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((each) => `<td>${html(each)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>`

function factLists(facts: ClusterFacts): string {
  const lists = PLANES.flatMap((name) => {
    const plane = facts[name]
    if (plane.status !== 'read' || plane.items.length === 0) return []
    const title = PLANE_TITLES[name].replace(/^./, (first) => first.toUpperCase())
    return [
      `<h3>${html(`${title} (${plane.items.length})`)}</h3>`,
      ...plane.items.map((item) => details(titleOf(item), item)),
    ]
  })
  return lists.join('\n')
}

function titleOf(item: object): string {
  if ('metadata' in item && 'kind' in item) return `${String(item.kind)} ${idOf(item as KubeObject)}`
  const { node, vantage, signature, component, kind } = item as Readonly<Record<string, unknown>>
  if (signature !== undefined)
    return `${signature}, in a log of ${component}${node === undefined ? '' : ` on ${node}`}`
  if (vantage !== undefined) return `${kind}, seen from ${node ?? vantage}`
  return String(node ?? kind ?? 'entry')
}

const details = (title: string, value: object): string =>
  `<details><summary>${html(title)}</summary><pre>${html(printYaml(JSON.parse(JSON.stringify(value))))}</pre></details>`
