import * as z from 'zod';
import { dataKey, listByName, objectName } from '../../primitives.ts';
import { withRules } from '../../rule.ts';
import { PLATFORM_PREFIX } from '../../sandbox-names.ts';

/** `spec.extraCa`: certificate authorities that the agent trusts. */
export const extraCa = withRules(
  z.strictObject({
    configMapRef: z
      .strictObject({
        name: objectName().describe('ConfigMap in the namespace of the sandbox.'),
        key: dataKey().describe('Key that holds certificates in PEM.'),
      })
      .describe('Where the certificates are.'),
  }),
  [
    {
      cel: `!self.configMapRef.name.startsWith('${PLATFORM_PREFIX}')`,
      message: `spec.extraCa may not name a ConfigMap that begins with ${PLATFORM_PREFIX}, which is the platform's`,
      holds: ({ configMapRef }) => !configMapRef.name.startsWith(PLATFORM_PREFIX),
    },
  ],
);

/** `spec.pullSecrets`: what the kubelet pulls images with. */
export const pullSecrets = listByName(
  z.strictObject({ name: objectName().describe('Secret in the namespace of the sandbox.') }),
  8,
);
