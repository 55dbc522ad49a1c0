// For tests: damages in the languages of FRR, Cisco IOS and Arista EOS.
import { type Damage, damage, with_, without } from './damage.ts'

/** Of FRR, IOS and EOS alike. */
const cisco = (passwordWord: string): readonly Damage[] => [
  damage('R001', without(/neighbor 192\.0\.2\.12 /)),
  damage('R002', with_(/router bgp 64500/, 'router bgp 64999')),
  damage('R003', with_(/192\.0\.2\.11 remote-as 64512/, '192.0.2.11 remote-as 65999')),
  damage('R004', without(/192\.0\.2\.11 password/)),
  damage('R004', with_(/( +neighbor 192\.0\.2\.11) description.*/, `$1 ${passwordWord} secret`), {
    cluster: 'plain',
  }),
  damage('R005', without(/192\.0\.2\.11 ebgp-multihop/)),
  damage('R007', without(/2001:db8::11 activate/)),
  damage('R008', with_(/permit 198\.51\.100\.0\/24 ge 32 le 32/, 'permit 198.51.100.0/24')),
  damage('R008', with_(/permit 198\.51\.100\.0\/24 ge 32 le 32/, 'permit 198.51.100.0/24 le 31')),
  damage('R012', without(/192\.0\.2\.11 (fall-over )?bfd/)),
  damage('R013', with_(/192\.0\.2\.11 timers 10 30/, '192.0.2.11 timers 3 9')),
  damage('R014', with_(/( +neighbor) 192\.0\.2\.12 remote-as 64512/, '$& \n$1 192.0.2.99 remote-as 64512')),
  damage('R015', () => 'hostname router\n', {}),
  damage('R016', with_(/permit 198\.51\.100\.0\/24 ge 32 le 32/, 'permit 198.51.100.0/24 le 32')),
  damage('R016', with_(/(prefix-list metallb-v4 seq 25) permit .*/, '$1 permit 0.0.0.0/0 le 32')),
  damage('R017', with_(/192\.0\.2\.11 prefix-list metallb-v4 in/, '192.0.2.11 prefix-list other in')),
  damage('R018', with_(/( +neighbor 192\.0\.2\.11) description.*/, '$1 shutdown')),
]

export const FRR: readonly Damage[] = [
  ...cisco('password'),
  damage('R006', with_(/( +neighbor 192\.0\.2\.11) description.*/, '$1 ttl-security hops 2'), {
    cluster: 'plain',
  }),
  damage('R009', without(/192\.0\.2\.11 prefix-list metallb-v4 in/)),
  damage('R010', with_(/maximum-paths 8/, 'maximum-paths 1')),
  damage('R010', with_(/maximum-paths ibgp 8/, 'maximum-paths ibgp 1'), { cluster: 'internal' }),
  damage('R011', with_(/192\.0\.2\.11 maximum-prefix \d+/, '192.0.2.11 maximum-prefix 10')),
  damage('R012', with_(/( +neighbor 192\.0\.2\.11) description.*/, '$1 bfd'), { cluster: 'plain' }),
  damage('R016', (text) =>
    with_(
      /router bgp 64500/,
      '$&\n no bgp ebgp-requires-policy',
    )(without(/192\.0\.2\.11 prefix-list metallb-v4 in/)(text)),
  ),
  damage('R019', with_(/graceful-restart-helper/, 'graceful-restart-disable')),
]

export const IOS: readonly Damage[] = [
  ...cisco('password 0'),
  damage('R006', with_(/( +neighbor 192\.0\.2\.11) description.*/, '$1 ttl-security hops 2'), {
    cluster: 'plain',
  }),
  damage('R010', without(/maximum-paths/)),
  damage('R011', with_(/192\.0\.2\.11 maximum-prefix \d+/, '192.0.2.11 maximum-prefix 10')),
  damage('R016', without(/192\.0\.2\.11 prefix-list metallb-v4 in/)),
  damage('R019', without(/192\.0\.2\.11 ha-mode/)),
]

export const EOS: readonly Damage[] = [
  ...cisco('password 0'),
  damage('R006', with_(/( +neighbor 192\.0\.2\.11) description.*/, '$1 ttl maximum-hops 1'), {
    cluster: 'plain',
  }),
  damage('R010', without(/maximum-paths/)),
  damage('R011', with_(/192\.0\.2\.11 maximum-routes \d+/, '192.0.2.11 maximum-routes 10')),
  damage('R016', without(/192\.0\.2\.11 prefix-list metallb-v4 in/)),
]
