import * as z from 'zod';
import { accessMode, objectName, volumeSize } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';
import { PLATFORM_PREFIX } from '../../sandbox-names.ts';

/** `spec.workspace`: what the agent has below /sandbox. */
export const workspace = withRules(
  z.strictObject({
    mode: z
      .enum(['Ephemeral', 'Persistent', 'Existing'])
      .describe(
        'Ephemeral ends with the pod, Persistent outlives it, Existing is a claim of yours.',
      ),
    size: volumeSize().optional().describe('Size of the volume, 1Gi when absent.'),
    storageClassName: objectName().optional().describe('Storage class; for Persistent.'),
    accessMode: accessMode()
      .optional()
      .describe('Access mode, ReadWriteOncePod when absent; for Persistent.'),
    claimName: objectName()
      .optional()
      .describe('PersistentVolumeClaim in the namespace of the sandbox; for Existing.'),
  }),
  [
    {
      cel: "(self.mode == 'Existing') == has(self.claimName)",
      message: 'spec.workspace.claimName must be set iff mode is Existing',
      holds: ({ mode, claimName }) => (mode === 'Existing') === has(claimName),
    },
    {
      cel: "self.mode == 'Persistent' || (!has(self.storageClassName) && !has(self.accessMode))",
      message: 'spec.workspace.storageClassName and accessMode belong to the mode Persistent',
      holds: ({ mode, storageClassName, accessMode }) =>
        mode === 'Persistent' || (!has(storageClassName) && !has(accessMode)),
    },
    {
      cel: "self.mode != 'Existing' || !has(self.size)",
      message: 'spec.workspace.size belongs to the modes Ephemeral and Persistent',
      holds: ({ mode, size }) => mode !== 'Existing' || !has(size),
    },
    {
      cel: `!has(self.claimName) || !self.claimName.startsWith('${PLATFORM_PREFIX}')`,
      message: `spec.workspace.claimName may not begin with ${PLATFORM_PREFIX}, which is the platform's: the agent never mounts its state`,
      holds: ({ claimName }) => !has(claimName) || !claimName.startsWith(PLATFORM_PREFIX),
    },
  ],
);
