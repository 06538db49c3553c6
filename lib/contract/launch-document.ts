import * as z from 'zod';
import { port } from './primitives.ts';

/** Version of the launch document that this release writes and its launcher reads. */
export const LAUNCH_DOCUMENT_VERSION = 1;

const path = z.string().startsWith('/');

const landlock = z.strictObject({
  required: z.boolean().describe('Whether a kernel below minAbi is an error or a notice.'),
  minAbi: z.int().min(1).describe('Lowest ABI version of Landlock.'),
  readable: z.array(path).min(1).describe('Trees that may be read and run.'),
  writable: z.array(path).describe('Trees that may be written, read and run.'),
  connectPorts: z.array(port()).optional().describe('TCP ports to connect to; absent: any.'),
  bindPorts: z.array(port()).optional().describe('TCP ports to bind; absent: any.'),
});

const condition = z.strictObject({
  argument: z.int().min(0).max(5),
  mask: z.int().min(0).optional().describe('Bits that are compared; absent: all 64.'),
  value: z.int().min(0),
});

const rule = z.strictObject({
  names: z.array(z.string()).min(1),
  errno: z.int().min(1).max(4095).optional().describe('Error of the call; absent: allowed.'),
  conditions: z.array(condition).optional().describe('All have to hold.'),
});

/** What the launcher restricts a program of the agent to. */
export const launchDocument = z.strictObject({
  version: z.literal(LAUNCH_DOCUMENT_VERSION),
  limits: z
    .strictObject({
      core: z.int().min(0).describe('Bytes of a core file.'),
      nofile: z.int().min(0).describe('Open files of one process.'),
    })
    .describe('Resource limits, soft and hard, see setrlimit(2).'),
  umask: z.int().min(0).max(0o777),
  environment: z.strictObject({
    removePrefixes: z.array(z.string().min(1)).describe('Variables that are removed.'),
  }),
  landlock,
  seccomp: z.strictObject({ rules: z.array(rule).min(1) }),
});

/** What the launcher restricts a program of the agent to. */
export type LaunchDocument = z.output<typeof launchDocument>;
