import * as z from 'zod';
import { objectName, stringMap } from '../../primitives.ts';
import { has, withRules } from '../../rule.ts';

const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const labelKey = (): z.ZodString => z.string().max(317).regex(LABEL_KEY);

/** Empty, or what a label may hold. */
const labelValue = (): z.ZodString =>
  z
    .string()
    .max(63)
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);

const tolerations = withRules(
  z
    .array(
      z.strictObject({
        // Without a key it would tolerate every taint, those of broken nodes too.
        key: labelKey().describe('Key of the taint.'),
        operator: z.enum(['Exists', 'Equal']).describe('Whether the value counts.'),
        value: labelValue().optional().describe('Value of the taint; for Equal.'),
        effect: z
          .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
          .optional()
          .describe('Effect of the taint, any when absent.'),
        tolerationSeconds: z
          .int()
          .min(0)
          .max(2_147_483_647)
          .optional()
          .describe('How long the pod stays; for NoExecute.'),
      }),
    )
    .max(16),
  [
    {
      cel: "self.all(one, one.operator != 'Exists' || !has(one.value))",
      message: 'spec.scheduling.tolerations with the operator Exists have no value',
      holds: (list) => list.every(({ operator, value }) => operator !== 'Exists' || !has(value)),
    },
    {
      cel: "self.all(one, !has(one.tolerationSeconds) || (has(one.effect) && one.effect == 'NoExecute'))",
      message: 'spec.scheduling.tolerations with tolerationSeconds have the effect NoExecute',
      holds: (list) =>
        list.every(
          ({ tolerationSeconds, effect }) => !has(tolerationSeconds) || effect === 'NoExecute',
        ),
    },
  ],
);

const nodeAffinity = withRules(
  z
    .array(
      z.strictObject({
        key: labelKey().describe('Key of a label of the node.'),
        operator: z
          .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
          .describe('How the label is compared.'),
        values: z.array(labelValue()).max(32).optional().describe('Values; for In and NotIn.'),
      }),
    )
    .max(16),
  [
    {
      cel: "self.all(one, (one.operator == 'In' || one.operator == 'NotIn') == (has(one.values) && one.values.size() > 0))",
      message: 'spec.scheduling.nodeAffinity must have values iff the operator is In or NotIn',
      holds: (list) =>
        list.every(
          ({ operator, values = [] }) => ['In', 'NotIn'].includes(operator) === values.length > 0,
        ),
    },
  ],
);

/** `spec.scheduling`: which nodes the pod may run on. There is no way to name a node: the scheduler decides. */
export const scheduling = withRules(
  z.strictObject({
    nodeSelector: stringMap().optional().describe('Labels that the node has to have.'),
    tolerations: tolerations.optional().describe('Taints of nodes that the pod may run on.'),
    nodeAffinity: nodeAffinity.optional().describe('What else has to hold of the node, all of it.'),
    priorityClassName: objectName().optional().describe('PriorityClass of the pod.'),
  }),
  [
    {
      cel: "!has(self.priorityClassName) || !self.priorityClassName.startsWith('system-')",
      message:
        'spec.scheduling.priorityClassName may not begin with system-: an agent must not push away what runs the cluster',
      holds: ({ priorityClassName }) =>
        !has(priorityClassName) || !priorityClassName.startsWith('system-'),
    },
  ],
);
