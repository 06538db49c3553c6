import * as z from 'zod';
import { objectName, port, stringMap } from '../../primitives.ts';
import { takenPorts } from '../../process.ts';
import { withRules } from '../../rule.ts';

/** `spec.inbound`: who may connect to which port of the agent. */
export const inbound = withRules(
  z
    .array(
      z.strictObject({
        namespace: objectName().describe('Namespace that connections come from.'),
        podLabels: stringMap().optional().describe('Labels of its pods, all when absent.'),
        port: port().describe('TCP port that the agent listens on.'),
      }),
    )
    .max(32),
  [
    {
      cel: `self.all(one, !(one.port in [${takenPorts.join(', ')}]))`,
      message: `spec.inbound may not name a port that a sidecar listens on: ${takenPorts.join(', ')}`,
      holds: (list) => list.every((one) => !takenPorts.includes(one.port)),
    },
  ],
);
