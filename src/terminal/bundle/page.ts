// The page of a bundle: one file that a browser opens from disk. No script, nothing from elsewhere; whatever the cluster says is text.

import type { KubeObject } from '../../config/kube-object.ts'
import { printYaml } from '../../config/print.ts'
import type { BundleManifest } from '../../diagnose/bundle/manifest.ts'
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import { type ClusterFacts, PLANES } from '../../diagnose/cluster/cluster-facts.ts'
import type { ClusterVerdict } from '../../diagnose/cluster/judge-cluster.ts'
import { idOf } from '../../diagnose/cluster/object-fields.ts'

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem;border-bottom:1px solid #ccc;margin-top:2rem}h3{font-size:1rem}
pre{background:#f4f4f4;padding:.6rem;overflow-x:auto;font-size:.85rem}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;vertical-align:top}summary{cursor:pointer}
.error{border-left:.4rem solid #b00020;padding-left:.8rem}.warning{border-left:.4rem solid #b36b00;padding-left:.8rem}
.info{border-left:.4rem solid #1f5fa8;padding-left:.8rem}.note{color:#555}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#222}td,th,h2{border-color:#444}.note{color:#aaa}}`

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
<meta name="viewport" content="width=device-width">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${html(title)}</h1>
<p><strong>${html(verdict.summary)}</strong></p>
<p class="note">Seen from ${html(facts.vantage)}.</p>
<h2>Findings</h2>
${verdict.findings.length === 0 ? '<p>None.</p>' : verdict.findings.map(findingSection).join('\n')}
${checkTable(verdict)}
${versionTable(manifest)}
${missingTable(manifest)}
<h2>Objects</h2>
<p class="note">${manifest.hidden === 0 ? 'Nothing had to be blotted out' : `${manifest.hidden} values were blotted out`}; Secrets are here by name and type only.</p>
${objectLists(facts)}
</body>
</html>
`
}

function findingSection(finding: ClusterFinding): string {
  const { code, title, severity, confidence, evidence, cause, fix, consequences } = finding
  const fixes = fix.map(({ text, command, configuration = [] }) => {
    const lines = [...(command === undefined ? [] : [command]), ...configuration]
    return `<li>${html(text)}${lines.length === 0 ? '' : `<pre>${html(lines.join('\n'))}</pre>`}</li>`
  })
  const hence = consequences.map((each) => `<p>Hence ${html(`${each.code}: ${each.title}`)}</p>`)
  return `<section class="${severity}">
<h3>${html(`${severity}: ${code}: ${title}`)}</h3>
<p>${html(cause)} <span class="note">(${html(confidence)})</span></p>
<ul>${evidence.map((line) => `<li>${html(line)}</li>`).join('')}</ul>
${fixes.length === 0 ? '' : `<p>What helps:</p><ol>${fixes.join('')}</ol>`}
${hence.join('\n')}
</section>`
}

const checkTable = ({ checks }: ClusterVerdict): string =>
  `<h2>What was looked at</h2>
${table(
  ['Check', 'Result', ''],
  checks.map(({ title, result, code, text }) => [title, result === 'fail' ? (code ?? 'fail') : result, text]),
)}`

const versionTable = ({ versions }: BundleManifest): string =>
  `<h2>Versions</h2>
${table(
  ['What', 'Version'],
  [
    ['lbctl', versions.lbctl],
    ['Kubernetes', versions.kubernetes ?? 'not known'],
    ...Object.entries(versions.loadBalancer),
    ...Object.entries(versions.nodes).map(([title, count]) => [`${count} × node`, title]),
  ],
)}`

const missingTable = ({ missing }: BundleManifest): string =>
  missing.length === 0
    ? ''
    : `<h2>What is not in it</h2>
${table(
  ['What', 'Why', 'What would help'],
  missing.map(({ what, reason, remedy }) => [what, reason, remedy ?? '']),
)}`

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${head.map((each) => `<th>${html(each)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map((each) => `<td>${html(each)}</td>`).join('')}</tr>`).join('\n')}</table>`

function objectLists(facts: ClusterFacts): string {
  const lists = PLANES.flatMap((name) => {
    const plane = facts[name]
    if (plane.status !== 'read' || plane.items.length === 0) return []
    return [
      `<h3>${html(name)} (${plane.items.length})</h3>`,
      ...plane.items.map((item) => details(titleOf(item), item)),
    ]
  })
  return lists.join('\n')
}

const titleOf = (item: object): string => {
  if ('metadata' in item && 'kind' in item) return `${String(item.kind)} ${idOf(item as KubeObject)}`
  const { node, vantage, signature, kind } = item as Readonly<Record<string, unknown>>
  return String(node ?? vantage ?? signature ?? kind ?? 'entry')
}

const details = (title: string, value: object): string =>
  `<details><summary>${html(title)}</summary><pre>${html(printYaml(JSON.parse(JSON.stringify(value))))}</pre></details>`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, and the ones that turn the direction of a text around, are shown as what they are: wrong. */
const html = (text: string): string =>
  text
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
