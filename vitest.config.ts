import { defineConfig } from 'vitest/config';

const conditions = ['kars:source'];

/** What needs an API server or images and no node runs beside what does. */
export const withoutNode = [
  'test/cluster/*.test.ts',
  'test/cluster/{admission,doctor,images,network,signing}/**/*.test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cluster/**', 'test/frameworks/**', 'test/kernel/**'],
          testTimeout: 20_000,
          // How long something takes is no test: a busy machine may need longer than a second.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        extends: true,
        test: {
          name: 'frameworks',
          include: ['test/frameworks/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          exclude: withoutNode,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // All files in one process, so that they share one node.
          isolate: false,
          globalSetup: 'test/cluster/tear-down.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster-api',
          include: withoutNode,
          // It leaves the machine to the node.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          isolate: false,
        },
      },
    ],
  },
});
