import * as z from 'zod';
import { objectName } from '../../primitives.ts';
import { has } from '../../rule.ts';

/** RuntimeClass of confidential sandboxes when nothing else is said: that of Kata on AKS, as in kars. */
export const CONFIDENTIAL_RUNTIME_CLASS = 'kata-vm-isolation';

/** Members of `spec.sandbox` that say which kernel and which users the pod has. */
export const isolationFields = {
  isolation: z
    .enum(['standard', 'enhanced', 'confidential'])
    .default('enhanced')
    .describe('How far the agent is kept from the node.'),
  runtimeClassName: objectName()
    .optional()
    .describe(`RuntimeClass of a confidential sandbox, ${CONFIDENTIAL_RUNTIME_CLASS} when absent.`),
  hostUsers: z
    .boolean()
    .optional()
    .describe('False: the users of the pod are none of the node, not even root.'),
};

/** What the levels allow. */
export const isolationRules = [
  {
    cel: "self.isolation == 'confidential' || !has(self.runtimeClassName)",
    message:
      'spec.sandbox.runtimeClassName needs isolation=confidential; the other levels run in the runtime of the node',
    reason: 'FieldValueInvalid' as const,
    holds: ({ isolation, runtimeClassName }: IsolationMembers): boolean =>
      isolation === 'confidential' || !has(runtimeClassName),
  },
  {
    cel: "self.isolation != 'confidential' || !has(self.hostUsers) || self.hostUsers",
    message:
      'spec.sandbox.hostUsers=false needs isolation=standard or enhanced; a confidential sandbox has a kernel of its own',
    reason: 'FieldValueInvalid' as const,
    holds: ({ isolation, hostUsers }: IsolationMembers): boolean =>
      isolation !== 'confidential' || hostUsers !== false,
  },
];

interface IsolationMembers {
  readonly isolation: string;
  readonly runtimeClassName?: string | undefined;
  readonly hostUsers?: boolean | undefined;
}
