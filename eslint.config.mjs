// Type-aware rules only: Biome does the rest faster, but misses un-awaited promises from typed libraries.
import tseslint from 'typescript-eslint'

const pure = [
  'src/net/**',
  'src/errors/**',
  'src/wire/**',
  'src/config/**',
  'src/ipam/**',
  'src/migrate/**',
  'src/router/**',
  'src/install/**',
  'src/webhook/**',
  'src/bgp/**',
  'src/gossip/**',
  'src/layer2/**',
  'src/speaker/**',
  'src/controller/**',
  'src/simulate/**',
  'src/fix/**',
  'src/diagnose/**/checks/**',
  'src/diagnose/cluster/**',
  'src/diagnose/path/**',
  'src/lab/apiserver/{schema,apply,openapi}/**',
  'src/**/machine.ts',
]

export default tseslint.config(
  { ignores: ['dist', 'dist-test', 'node_modules', 'coverage'] },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx', 'test/**/*.ts', 'bench/**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    // Time and randomness arrive as arguments in the pure rooms (DESIGN: "The house").
    files: pure,
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'Date',
        'performance',
        'setTimeout',
        'setInterval',
        'process',
        'Buffer',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
)
