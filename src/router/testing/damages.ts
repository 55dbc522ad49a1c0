// For tests: damages in every language that `router check` reads.
import type { CheckedVendor } from '../check/read-router.ts'
import { type Damage, damage, with_, without } from './damage.ts'
import { EOS, FRR, IOS } from './damages-cisco.ts'

/** The block of a neighbour, from its head to the brace in the same column. */
const blockOf = (head: string) => new RegExp(`^( *)${head} \\{\\n[\\s\\S]*?^\\1\\}\\n`, 'm')
const inBlock = (head: string, change: (block: string) => string) => (text: string) =>
  text.replace(blockOf(head), change)

const BIRD: readonly Damage[] = [
  damage('R001', with_(blockOf('protocol bgp metallb_worker_2'), '')),
  damage('R002', with_(/local 192\.0\.2\.1 as 64500/, 'local 192.0.2.1 as 64999')),
  damage('R003', with_(/neighbor 192\.0\.2\.11 as 64512/, 'neighbor 192.0.2.11 as 65999')),
  damage('R004', with_(/ {2}password .*\n/, '')),
  damage('R005', with_(/ {2}multihop 255;/, '  direct;')),
  damage('R006', with_(/ {2}direct;/, '  direct;\n  ttl security on;'), { cluster: 'plain' }),
  damage(
    'R007',
    inBlock('protocol bgp metallb_worker_1_2', (block) =>
      block.replace(/ {2}ipv6 \{\n[\s\S]*?\n {2}\};\n/, ''),
    ),
  ),
  damage('R008', with_(/198\.51\.100\.0\/24\{32,32\}/, '198.51.100.0/24')),
  damage(
    'R008',
    with_(
      /if net ~ \[/,
      'if net ~ [ 10.0.0.0/8 ] && net.len > 24 then accept; if net ~ [ 203.0.113.0/24+ ] then accept; reject; if net ~ [',
    ),
  ),
  damage('R009', with_(/ {4}import filter metallb_v4;\n/, '')),
  damage('R010', with_(/ {2}merge paths .*\n/, '')),
  damage('R010', with_(/merge paths on limit 8/, 'merge paths off')),
  damage('R011', with_(/import limit 527/, 'import limit 10')),
  damage('R012', with_(/ {2}bfd \{\n[\s\S]*?\n {2}\};\n/, '')),
  damage('R013', with_(/hold time 30/, 'hold time 9')),
  damage(
    'R014',
    (text) =>
      `${text}\nprotocol bgp old { local as 64500; neighbor 192.0.2.99 as 64512; ipv4 { import none; }; }\n`,
  ),
  damage('R015', () => 'protocol device {}\n'),
  damage('R016', with_(/import filter metallb_v4/, 'import all')),
  damage('R016', with_(/198\.51\.100\.0\/24\{32,32\}/, '198.51.100.0/24+')),
  damage('R017', with_(/import filter metallb_v4/, 'import filter metallb_old')),
  damage('R018', with_(/ {2}passive on;/, '  passive on;\n  disabled;')),
  damage('R019', with_(/graceful restart aware/, 'graceful restart off')),
]

const MIKROTIK: readonly Damage[] = [
  damage('R001', without(/remote.address=192\.0\.2\.12 /)),
  damage('R002', with_(/as=64500/, 'as=64999')),
  damage('R003', with_(/(192\.0\.2\.11 \S*as)=64512/, '$1=65999')),
  damage('R004', with_(/ tcp-md5-key=\S+/, '')),
  damage('R005', with_(/ multihop=yes/, '')),
  damage('R007', with_(/(afi|address-families)=ipv6/, '$1=ip')),
  damage('R012', with_(/ use-bfd=yes/, '')),
  damage('R013', with_(/hold-time=30s/, 'hold-time=9s')),
  damage('R013', with_(/hold-time=30s/, 'hold-time=infinity')),
  damage(
    'R014',
    with_(
      /^add name=metallb-worker-2 .*/m,
      '$&\nadd name=old remote.address=192.0.2.99 .as=64512 remote-address=192.0.2.99 remote-as=64512 instance=metallb',
    ),
  ),
  damage('R015', () => '/ip address\nadd address=192.0.2.1/24 interface=ether1\n'),
  damage('R016', with_(/ (input\.filter|in-filter)=metallb-in/, '')),
  damage('R017', with_(/(input\.filter|in-filter)=metallb-in/, '$1=metallb-old')),
  damage('R018', with_(/comment="worker-1, BGPPeer tor"/, 'disabled=yes')),
]

const MIKROTIK6: readonly Damage[] = [
  ...MIKROTIK.filter(({ code }) => code !== 'R007'),
  damage('R007', with_(/address-families=ipv6/, 'address-families=ip')),
  damage('R008', with_(/(prefix=198\.51\.100\.0\/24) prefix-length=32/, '$1')),
  damage(
    'R008',
    with_(
      /^add chain=metallb-in prefix=198/m,
      'add chain=metallb-in prefix=198.51.100.0/24 prefix-length=32 action=discard\n$&',
    ),
  ),
  damage('R011', with_(/max-prefix-limit=527/, 'max-prefix-limit=10')),
  damage('R016', without(/^add chain=metallb-in action=discard/)),
]

const MIKROTIK7: readonly Damage[] = [
  ...MIKROTIK.filter(({ code }) => code !== 'R007'),
  damage('R007', with_(/afi=ipv6/, 'afi=ip')),
  damage('R006', with_(/local\.role=ebgp/, 'local.role=ebgp remote.ttl=255'), { cluster: 'plain' }),
  // A chain without any accept: the default of version 7 is to reject.
  damage('R008', without(/^add chain=metallb-in rule="if/)),
  damage('R008', with_(/dst in 198\.51\.100\.0\/24 && dst-len == 32/, 'dst == 198.51.100.0/24')),
  damage('R010', with_(/ multipath=8/, '')),
  damage('R011', with_(/\.limit-process-routes-ipv4=527/, '.limit-process-routes-ipv4=10')),
  damage('R016', with_(/rule="reject"/, 'rule="accept"')),
]

const JUNOS: readonly Damage[] = [
  damage('R001', with_(blockOf('neighbor 192\\.0\\.2\\.12'), '')),
  damage('R002', with_(/autonomous-system 64500/, 'autonomous-system 64999')),
  damage(
    'R003',
    inBlock('neighbor 192\\.0\\.2\\.11', (block) => block.replace('peer-as 64512', 'peer-as 65999')),
  ),
  damage('R004', with_(/ *authentication-key .*\n/, '')),
  damage('R005', with_(blockOf('multihop'), '')),
  damage(
    'R007',
    inBlock('neighbor 2001:db8::11', (block) =>
      block.replace(blockOf('family inet6'), 'family inet {\nunicast;\n}\n'),
    ),
  ),
  damage('R008', with_(/198\.51\.100\.0\/24 prefix-length-range \/32-\/32/, '198.51.100.0/24 exact')),
  damage('R010', with_(/^ *multipath;\n/m, '')),
  damage('R010', with_(blockOf('forwarding-table'), '')),
  damage('R011', with_(/maximum 527/, 'maximum 10')),
  damage('R012', with_(blockOf('bfd-liveness-detection'), '')),
  damage('R013', with_(/hold-time 30/, 'hold-time 9')),
  damage(
    'R014',
    with_(/( *)neighbor 192\.0\.2\.12 \{/, '$1neighbor 192.0.2.99 {\n$1    peer-as 64512;\n$1}\n$&'),
  ),
  damage('R015', () => 'system {\n    host-name router;\n}\n'),
  damage('R016', with_(/198\.51\.100\.0\/24 prefix-length-range \/32-\/32/, '198.51.100.0/24 orlonger')),
  damage('R016', with_(/ *import metallb-in;\n/, '')),
  damage('R017', with_(/import metallb-in/, 'import metallb-old')),
  damage(
    'R018',
    inBlock('neighbor 192\\.0\\.2\\.11', (block) => block.replace('passive;', 'shutdown;')),
  ),
  damage(
    'R019',
    inBlock('neighbor 192\\.0\\.2\\.11', (block) =>
      block.replace('passive;', 'graceful-restart {\ndisable;\n}'),
    ),
  ),
]

const VYOS: readonly Damage[] = [
  damage('R001', without(/neighbor 192\.0\.2\.12 /)),
  damage('R002', with_(/system-as '64500'/, "system-as '64999'")),
  damage('R003', with_(/192\.0\.2\.11 remote-as '64512'/, "192.0.2.11 remote-as '65999'")),
  damage('R004', without(/192\.0\.2\.11 password/)),
  damage('R005', without(/192\.0\.2\.11 ebgp-multihop/)),
  damage('R006', with_(/(set .* 192\.0\.2\.11) description.*/, "$1 ttl-security hops '2'"), {
    cluster: 'plain',
  }),
  damage('R007', without(/2001:db8::11 address-family/)),
  damage('R008', without(/metallb-v4 rule 5 (ge|le)/)),
  damage(
    'R009',
    (text) =>
      `${without(/192\.0\.2\.11 address-family ipv4-unicast prefix-list import/)(text)}set protocols bgp parameters ebgp-requires-policy\n`,
  ),
  damage('R010', with_(/maximum-paths ebgp '8'/, "maximum-paths ebgp '1'")),
  damage('R011', with_(/(192\.0\.2\.11 .* maximum-prefix) '\d+'/, "$1 '10'")),
  damage('R012', without(/192\.0\.2\.11 bfd/)),
  damage('R013', with_(/192\.0\.2\.11 timers holdtime '30'/, "192.0.2.11 timers holdtime '9'")),
  damage(
    'R014',
    with_(
      /set protocols bgp neighbor 192\.0\.2\.12 remote-as .*/,
      "$&\nset protocols bgp neighbor 192.0.2.99 remote-as '64512'",
    ),
  ),
  damage('R015', () => "set system host-name 'router'\n"),
  damage('R016', without(/192\.0\.2\.11 address-family ipv4-unicast prefix-list import/)),
  damage('R016', without(/metallb-v4 rule 5 ge/)),
  damage('R017', with_(/(192\.0\.2\.11 .* import) 'metallb-v4'/, "$1 'other'")),
  damage('R018', with_(/(set .* 192\.0\.2\.11) description.*/, '$1 shutdown')),
  damage(
    'R019',
    with_(/192\.0\.2\.11 graceful-restart restart-helper/, '192.0.2.11 graceful-restart disable'),
  ),
]

export const DAMAGES: Readonly<Record<CheckedVendor, readonly Damage[]>> = {
  frr: FRR,
  bird: BIRD,
  mikrotik6: MIKROTIK6,
  mikrotik7: MIKROTIK7,
  'cisco-ios': IOS,
  junos: JUNOS,
  arista: EOS,
  vyos: VYOS,
}
