// The floors of the house (ARCHITECTURE.md). Imports only go down; wings are reached from src/compose only.
// test/repo/floors.test.ts plants forbidden imports and expects this file to find each of them.
// Tests, and the folders beside them that hold what several tests need.
const TEST = '\\.test\\.tsx?$|/testing/'
const EXTERNAL = ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown']

/** A room may import only from the rooms named in `may`. */
const room = (name, may) => ({
  name: `${name.replaceAll('/', '-')}-imports-only-down`,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: TEST },
  to: { path: '^src/', pathNot: `^src/(${[name, ...may].join('|')})/` },
})
/** A room imports no Node module and no package but the value libraries named in `except`. */
const pure = (name, path, except = []) => ({
  name: `${name}-is-pure`,
  severity: 'error',
  from: { path, pathNot: TEST },
  to: { dependencyTypes: EXTERNAL, pathNot: except },
})
/** A package has one room that may import it. */
const owned = (pkg, by) => ({
  name: `${pkg.replaceAll(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-has-one-owner`,
  severity: 'error',
  from: { path: '^src/', pathNot: [by, TEST] },
  to: { path: `node_modules/${pkg}/` },
})

const FLOOR = ['net', 'errors']

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^src/.*/testing/' },
    },
    room('net', []),
    room('errors', ['net']),
    room('wire', FLOOR),
    room('bgp', [...FLOOR, 'wire']),
    room('bfd', [...FLOOR, 'wire']),
    room('layer2', [...FLOOR, 'wire']),
    room('gossip', [...FLOOR, 'wire']),
    room('config', FLOOR),
    room('ipam', [...FLOOR, 'config']),
    room('migrate', [...FLOOR, 'ipam', 'config']),
    room('speaker', [...FLOOR, 'wire', 'bgp', 'bfd', 'layer2', 'gossip', 'ipam', 'config']),
    room('controller', [...FLOOR, 'ipam', 'config']),
    room('simulate', [...FLOOR, 'ipam', 'config', 'speaker', 'controller']),
    room('router', [...FLOOR, 'wire', 'bgp', 'config']),
    room('install', [...FLOOR, 'config', 'migrate', 'diagnose']),
    room('webhook', [...FLOOR, 'config', 'migrate', 'install']),
    room('diagnose', [...FLOOR, 'wire', 'bgp', 'ipam', 'config', 'speaker', 'controller', 'router']),
    room('fix', [...FLOOR, 'ipam', 'config', 'speaker', 'controller', 'migrate', 'diagnose']),
    room('terminal', [
      ...FLOOR,
      'wire',
      'bgp',
      'config',
      'ipam',
      'migrate',
      'diagnose',
      'speaker',
      'controller',
      'simulate',
      'router',
      'install',
      'fix',
    ]),
    // Wings implement the ports of the rooms, so they may see the rooms' types, but never each other.
    {
      name: 'wings-are-strangers',
      severity: 'error',
      from: { path: '^src/(linux|kubernetes|lab)/', pathNot: TEST },
      to: { path: '^src/(linux|kubernetes|lab|commands|compose|terminal)/', pathNot: '^src/$1/' },
    },
    {
      name: 'only-compose-touches-wings',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(compose|linux|kubernetes|lab)/', TEST] },
      to: { path: '^src/(linux|kubernetes|lab)/' },
    },
    {
      name: 'nobody-imports-a-command',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/commands/', TEST] },
      to: { path: '^src/commands/' },
    },
    {
      name: 'commands-see-compose-and-terminal',
      severity: 'error',
      from: {
        path: '^src/(net|errors|wire|bgp|bfd|layer2|gossip|config|ipam|migrate|speaker|controller|simulate|router|install|webhook|diagnose|fix|terminal)/',
        pathNot: TEST,
      },
      to: { path: '^src/(commands|compose)/' },
    },
    pure('net', '^src/net/', ['node_modules/netmask/', 'node_modules/@types/netmask/']),
    pure('errors', '^src/errors/'),
    pure('wire', '^src/wire/'),
    pure('config', '^src/config/', ['node_modules/js-yaml/']),
    pure('ipam', '^src/ipam/'),
    pure('migrate', '^src/migrate/'),
    pure('router', '^src/router/'),
    pure('install', '^src/install/'),
    pure('webhook', '^src/webhook/'),
    // Their drivers do what they do through ports.ts; the wings have the sockets and the timers.
    pure('bgp', '^src/bgp/'),
    pure('gossip', '^src/gossip/'),
    pure('layer2', '^src/layer2/'),
    pure('speaker', '^src/speaker/'),
    pure(
      'checks',
      '^src/diagnose/(agents|bundle|checks|cluster|logs|path|pool/checks|route/checks|bgp/checks)/',
    ),
    pure('controller', '^src/controller/'),
    pure('apiserver', '^src/lab/apiserver/(schema|apply|openapi)/'),
    pure('simulate', '^src/simulate/'),
    pure('fix', '^src/fix/'),
    pure('machines', '^src/.*/machine\\.ts$'),
    owned('netmask', '^src/net/'),
    owned('js-yaml', '^src/config/'),
    owned('@kubernetes/client-node', '^src/kubernetes/'),
    owned('koffi', '^src/linux/'),
    owned('prom-client', '^src/compose/'),
    owned('(ink|react)', '^src/terminal/'),
    owned('chalk', '^src/terminal/'),
    owned('@oclif/core', '^src/(commands|compose)/'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
