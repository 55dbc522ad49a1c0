import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
          environment: 'node',
          setupFiles: ['test/support/seed.ts'],
          // A property of a thousand runs on a busy machine is not wrong because it is slow.
          testTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      // These start processes (the built command, servers, daemons), mostly to wait for them: more time, and two files at once. Each makes
      // namespaces and takes ports of its own.
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          environment: 'node',
          setupFiles: ['test/support/seed.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Real daemons on a machine that others use too: the gate asks a second time, and the report says "retry x1".
          retry: process.env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
})
