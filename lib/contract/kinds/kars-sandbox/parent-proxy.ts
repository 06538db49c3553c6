import * as z from 'zod';
import { dataKey, objectName } from '../../primitives.ts';

/** `spec.parentProxy`: the proxy that connections to hosts and providers go through. */
export const parentProxy = z.strictObject({
  url: z.string().max(300).describe('Where it is, such as http://proxy.example.com:3128.'),
  ranges: z
    .array(z.string().max(64))
    .min(1)
    .max(16)
    .describe('Ranges that its addresses are in, which the network policies open.'),
  credentialsSecretRef: z
    .strictObject({
      name: objectName().describe('Secret in the namespace of the sandbox.'),
      key: dataKey().describe('Key that holds user:password.'),
    })
    .optional()
    .describe('What the sidecars sign in with; nothing when absent.'),
});
