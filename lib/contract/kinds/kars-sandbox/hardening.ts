import * as z from 'zod';
import { agentDirectories } from '../../hardening.ts';
import { integer } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';
import { isolationFields, isolationRules } from './isolation.ts';

/** First ABI version of Landlock, which has the rules about files. */
export const FILE_RULES_ABI = 1;

/** ABI version of Landlock that brought the rules about ports. */
export const PORT_RULES_ABI = 4;

/** `spec.sandbox`: hardening of the pod. */
export const hardening = withRules(
  z.strictObject({
    ...isolationFields,
    seccompProfile: z
      .string()
      .default('kars-strict')
      .describe(
        'RuntimeDefault: the profile of the container runtime. Anything else: kars-strict, whose file the platform installs on the nodes.',
      ),
    selinuxContext: z.string().default('').describe('SELinux type of the pod.'),
    readOnlyRootFilesystem: z
      .boolean()
      .default(true)
      .describe('Kept true by the constructs, whatever stands here.'),
    runAsNonRoot: z
      .boolean()
      .default(true)
      .describe('Kept true by the constructs, whatever stands here.'),
    allowPrivilegeEscalation: z
      .boolean()
      .default(false)
      .describe('Kept false by the constructs, whatever stands here.'),
    writablePaths: z
      .array(z.string())
      .default(Object.values(agentDirectories))
      .describe('Directories that the agent may write to.'),
    connectPorts: z
      .enum(['Any', 'Sidecars'])
      .optional()
      .describe('TCP ports that the agent may connect to: any, or those of its sidecars alone.'),
    minLandlockAbi: integer()
      .min(FILE_RULES_ABI)
      .optional()
      .describe('Lowest ABI version of Landlock that the agent is started with.'),
  }),
  [
    ...isolationRules,
    {
      cel: "self.isolation != 'standard' || (!has(self.minLandlockAbi) && (!has(self.connectPorts) || self.connectPorts == 'Any'))",
      message:
        'spec.sandbox.connectPorts=Sidecars and minLandlockAbi need isolation=enhanced or confidential; standard starts the agent without Landlock',
      reason: 'FieldValueInvalid',
      holds: ({ isolation, minLandlockAbi, connectPorts }) =>
        isolation !== 'standard' || (!has(minLandlockAbi) && connectPorts !== 'Sidecars'),
    },
    {
      cel: `!has(self.connectPorts) || self.connectPorts == 'Any' || !has(self.minLandlockAbi) || self.minLandlockAbi >= ${PORT_RULES_ABI}`,
      message: `spec.sandbox.connectPorts=Sidecars needs minLandlockAbi of ${PORT_RULES_ABI} or more, where Landlock has rules about ports`,
      reason: 'FieldValueInvalid',
      holds: ({ connectPorts, minLandlockAbi }) =>
        connectPorts !== 'Sidecars' || !has(minLandlockAbi) || minLandlockAbi >= PORT_RULES_ABI,
    },
  ],
);
