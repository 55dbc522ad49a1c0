// For tests: who announces what, a second time, written from the dossier on MetalLB alone. It goes through everything for every node, one
// step after the other, and shares no code with the speaker: it reads the specs as they are, compares addresses as texts of
// bits, and hashes with node:crypto. Where the two differ, one of them has misread the rules.
import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import type { World } from './arbitrary-world.ts'

export interface NaiveOutcome {
  owner: string
  layer2: Record<string, string>
  bgp: Record<string, string>
  /** node → texts `prefix pref=… communities=… large=… peers=…`, sorted */
  routes: Record<string, string[]>
  interfaces: Record<string, string>
}

// biome-ignore lint/suspicious/noExplicitAny: it reads the specs as raw data, on purpose without the types of the speaker
type Any = any

export function naive(w: World): NaiveOutcome {
  const out: NaiveOutcome = { owner: '', layer2: {}, bgp: {}, routes: {}, interfaces: {} }
  const svc = w.service
  let early = ''
  const bits = svc.ingress.map(toBits)
  let pool: Any
  if (svc.type !== 'LoadBalancer') early = 'notLoadBalancer'
  else if (bits.length === 0) early = 'noIPAllocated'
  else if (bits.includes('')) early = 'invalidIP'
  else {
    for (const p of w.resources.pools as Any[]) if (bits.every((b) => inPool(p, b))) pool = p
    if (!pool) early = 'ipNotAllowed'
  }
  for (const n of w.nodes) {
    out.routes[n.name] = []
    if (early) out.layer2[n.name] = out.bgp[n.name] = early
  }
  if (early) return out
  layer2(w, pool, out)
  for (const n of w.nodes) bgp(w, pool, n, bits, out)
  return out
}

function at(w: World, version: string): boolean {
  if (w.release === 'main') return true
  if (version === 'main') return false
  const weigh = (v: string) => v.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0)
  return weigh(w.release) >= weigh(version)
}

function layer2(w: World, pool: Any, out: NaiveOutcome): void {
  const svc = w.service
  const serving: Any[] = []
  for (const s of w.slices) for (const e of s.endpoints) if (serves(w, e)) serving.push(e)
  let ads: Any[] = (w.resources.l2Advertisements as Any[]).filter((a) => adHasPool(a, pool))
  if (at(w, '0.16.0'))
    ads = ads.filter(
      (a) => a.spec.serviceSelectors.length === 0 || matchesOne(a.spec.serviceSelectors, svc.labels),
    )
  const adTakes = (a: Any, n: Any) =>
    !at(w, '0.13.0') || a.spec.nodeSelectors.length === 0 || matchesOne(a.spec.nodeSelectors, n.labels)

  const candidates: Any[] = []
  for (const n of w.nodes) {
    if (at(w, '0.9.0') && w.members && !w.members.has(n.name)) continue
    if (at(w, '0.13.10') && n.networkUnavailable) continue
    if (hasExcludeLabel(w, n)) continue
    if (w.release === '0.14.9' && n.unschedulable) continue
    if (!ads.some((a) => adTakes(a, n))) continue
    if (!at(w, '0.11.0') || svc.localTraffic) if (!serving.some((e) => e.nodeName === n.name)) continue
    candidates.push(n)
  }
  const first = at(w, '0.11.0') ? goString(svc.ingress[0] ?? '') : `${svc.namespace}/${svc.name}`
  const rank = (n: Any) => {
    let score = 0
    if (at(w, 'main'))
      for (const a of ads)
        if (adTakes(a, n))
          for (const p of a.spec.preferredNodeSelectors)
            if (matchesOne([p.preference], n.labels)) score += p.weight
    const hash = createHash('sha256').update(`${n.name}#${first}`).digest('hex')
    return String(999_999 - score).padStart(6, '0') + hash
  }
  candidates.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))

  const shared = at(w, 'main') && svc.sharesAddress && ads.some((a) => a.spec.serviceSelectors.length > 0)
  for (const n of w.nodes) {
    if (serving.length === 0) out.layer2[n.name] = 'notOwner'
    else if (shared) out.layer2[n.name] = 'sharedIPWithServiceSelector'
    else if (!ads.some((a) => adTakes(a, n))) out.layer2[n.name] = 'noMatchingAdvertisement'
    else if (candidates[0] !== n) out.layer2[n.name] = 'notOwner'
    else {
      out.layer2[n.name] = ''
      out.owner = n.name
      const lists = ads.filter((a) => adTakes(a, n)).map((a) => (at(w, '0.13.6') ? a.spec.interfaces : []))
      out.interfaces[n.name] = lists.some((l) => l.length === 0)
        ? 'all'
        : [...new Set(lists.flat())].sort().join(',')
    }
  }
}

function bgp(w: World, pool: Any, n: Any, bits: string[], out: NaiveOutcome): void {
  const svc = w.service
  const mine = (w.resources.bgpAdvertisements as Any[]).filter(
    (a) =>
      adHasPool(a, pool) &&
      (!at(w, '0.13.0') || a.spec.nodeSelectors.length === 0 || matchesOne(a.spec.nodeSelectors, n.labels)),
  )
  const ads = mine.filter(
    (a) =>
      !at(w, '0.16.0') ||
      a.spec.serviceSelectors.length === 0 ||
      matchesOne(a.spec.serviceSelectors, svc.labels),
  )
  const anyone = w.slices.some((s) => s.endpoints.some((e) => serves(w, e)))
  const here = w.slices.some((s) =>
    s.endpoints.some((e) => serves(w, e) && e.nodeName === n.name && e.hasAddress),
  )
  let reason = ''
  if (mine.length === 0) reason = 'notOwner'
  else if (ads.length === 0) reason = 'noMatchingAdvertisement'
  else if (localPrefClash(ads, pool)) reason = 'conflictingAdvertisements'
  else if (at(w, '0.13.10') && n.networkUnavailable) reason = 'nodeNetworkUnavailable'
  else if (hasExcludeLabel(w, n)) reason = 'nodeLabeledExcludeBalancers'
  else if (svc.localTraffic && !here) reason = 'noLocalEndpoints'
  else if (!svc.localTraffic && !anyone) reason = 'noEndpoints'
  out.bgp[n.name] = reason
  if (reason) return
  const lines = new Set<string>()
  for (const b of new Set(bits))
    for (const a of ads) {
      const length = b.length === 32 ? (a.spec.aggregationLength ?? 32) : (a.spec.aggregationLengthV6 ?? 128)
      const values = (a.spec.communities as string[]).map(
        (c) => ({ 'no-export': '65535:65281', big: 'large:4294967295:0:7' })[c] ?? c,
      )
      const plain = values
        .filter((c) => !c.startsWith('large'))
        .map((c) => Number(c.split(':')[0]) * 65536 + Number(c.split(':')[1]))
      const large = values.filter((c) => c.startsWith('large')).map((c) => c.slice(6))
      lines.add(
        `${b.slice(0, length).padEnd(b.length, '0')}/${length} pref=${a.spec.localPref} communities=${plain.sort((x, y) => x - y)} large=${large.sort()} peers=${a.spec.peers}`,
      )
    }
  out.routes[n.name] = [...lines].sort()
}

function localPrefClash(ads: Any[], pool: Any): boolean {
  const v4 = pool.spec.addresses.some((x: string) => !x.includes(':'))
  const v6 = pool.spec.addresses.some((x: string) => x.includes(':'))
  for (let i = 0; i < ads.length; i++)
    for (let j = 0; j < i; j++) {
      const [a, b] = [ads[i].spec, ads[j].spec]
      const same4 = (a.aggregationLength ?? 32) === (b.aggregationLength ?? 32)
      const same6 = (a.aggregationLengthV6 ?? 128) === (b.aggregationLengthV6 ?? 128)
      const meet =
        a.peers.length === 0 ||
        b.peers.length === 0 ||
        a.peers.filter((p: string) => b.peers.includes(p)).length > 0
      if ((a.localPref ?? 0) !== (b.localPref ?? 0) && ((v4 && same4) || (v6 && same6)) && meet) return true
    }
  return false
}

function serves(w: World, e: Any): boolean {
  const ready = e.ready === undefined ? true : e.ready
  if (at(w, '0.14.5')) return ready || e.serving === true
  if (at(w, '0.14.2')) return e.serving === undefined ? ready : e.serving
  return ready
}

function hasExcludeLabel(w: World, n: Any): boolean {
  if (!at(w, '0.14.2')) return false
  if (w.ignoreExcludeLabel && at(w, '0.14.4')) return false
  return 'node.kubernetes.io/exclude-from-external-load-balancers' in n.labels
}

function adHasPool(a: Any, pool: Any): boolean {
  const { ipAddressPools: names, ipAddressPoolSelectors: sels } = a.spec
  if (names.length + sels.length === 0) return true
  return names.indexOf(pool.name) >= 0 || matchesOne(sels, pool.labels)
}

function matchesOne(sels: Any[], labels: Any): boolean {
  for (const sel of sels) {
    let good = true
    for (const [k, v] of Object.entries(sel.matchLabels ?? {})) if (labels[k] !== v) good = false
    for (const { key, operator, values } of sel.matchExpressions ?? []) {
      const has = labels[key] !== undefined
      if (operator === 'Exists' && !has) good = false
      if (operator === 'DoesNotExist' && has) good = false
      if (operator === 'In' && !(has && values.includes(labels[key]))) good = false
      if (operator === 'NotIn' && has && values.includes(labels[key])) good = false
    }
    if (good) return true
  }
  return false
}

/** The 32 or 128 bits of an address as a text of 0 and 1; empty for what is none. Node writes and reads addresses, not we. */
function toBits(ip: string): string {
  const text = goString(ip)
  if (isIP(text) === 4)
    return text
      .split('.')
      .map((o) => Number(o).toString(2).padStart(8, '0'))
      .join('')
  if (isIP(text) !== 6) return ''
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = new Array(8 - left.length - right.length).fill('0')
  return [...left, ...middle, ...right]
    .map((g) => Number.parseInt(g, 16).toString(2).padStart(16, '0'))
    .join('')
}

/** As Go prints it. The URL parser of the platform writes IPv6 by RFC 5952. */
function goString(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  return mapped ? String(mapped[1]) : new URL(`http://[${ip}]/`).hostname.slice(1, -1)
}

function inPool(pool: Any, bits: string): boolean {
  return pool.spec.addresses.some((entry: string) => {
    if (entry.includes('/')) {
      const [base, length] = entry.split('/') as [string, string]
      return (
        toBits(base).length === bits.length &&
        toBits(base).slice(0, Number(length)) === bits.slice(0, Number(length))
      )
    }
    const [from, to] = entry.split('-') as [string, string]
    return toBits(from).length === bits.length && toBits(from) <= bits && bits <= toBits(to)
  })
}
