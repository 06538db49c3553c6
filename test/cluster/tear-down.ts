import { sweepAfterRun } from './node/sweep.ts';

/** Called by vitest when the tests are over and their process has ended, and the servers with it. */
export const teardown = sweepAfterRun;
