import { z } from 'zod';
import { listByName, objectName } from '../../primitives.ts';
import { withRules } from '../../rule.ts';

/** `spec.extraCa`: certificate authorities that the agent trusts. */
export const extraCa = withRules(
  z.strictObject({
    configMapRef: z
      .strictObject({
        name: objectName().describe('ConfigMap in the namespace of the sandbox.'),
        key: z
          .string()
          .max(253)
          .regex(/^[-._a-zA-Z0-9]+$/)
          .describe('Key that holds certificates in PEM.'),
      })
      .describe('Where the certificates are.'),
  }),
  [
    {
      cel: "!self.configMapRef.name.startsWith('kars-')",
      message:
        "spec.extraCa may not name a ConfigMap that begins with kars-, which is the platform's",
      holds: ({ configMapRef }) => !configMapRef.name.startsWith('kars-'),
    },
  ],
);

/** `spec.pullSecrets`: what the kubelet pulls images with. */
export const pullSecrets = listByName(
  z.strictObject({ name: objectName().describe('Secret in the namespace of the sandbox.') }),
  8,
);
