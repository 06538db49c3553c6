import * as z from 'zod';
import { port } from '../../primitives.ts';
import { has, withRules, type CrossFieldRule } from '../../rule.ts';

const command = z
  .array(z.string().max(4096))
  .min(1)
  .max(64)
  .describe('Program and arguments; the launcher starts it as it starts the agent.');

const exec = () => z.strictObject({ command });

const seconds = (least: number): z.ZodNumber => z.int().min(least).max(3600);

const probe = (name: string) =>
  withRules(
    z.strictObject({
      exec: exec().optional().describe('Healthy when a program ends with code 0.'),
      httpGet: z
        .strictObject({
          path: z.string().max(1024).regex(/^\//).optional().describe('Path, / when absent.'),
          port: port().describe('Port, one of those that inbound names.'),
        })
        .optional()
        .describe('Healthy when the answer is below 400.'),
      tcpSocket: z
        .strictObject({ port: port().describe('Port, one of those that inbound names.') })
        .optional()
        .describe('Healthy when a connection is taken.'),
      initialDelaySeconds: seconds(0).optional().describe('Before the first try, 0 when absent.'),
      periodSeconds: seconds(1).optional().describe('Between two tries, 10 when absent.'),
      timeoutSeconds: seconds(1).optional().describe('Longest time of a try, 1 when absent.'),
      failureThreshold: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .describe('Failures in a row that count, 3 when absent.'),
    }),
    [
      {
        cel: '(has(self.exec) ? 1 : 0) + (has(self.httpGet) ? 1 : 0) + (has(self.tcpSocket) ? 1 : 0) == 1',
        message: `spec.probes.${name} must set exactly one of exec, httpGet or tcpSocket`,
        holds: (self) => [self.exec, self.httpGet, self.tcpSocket].filter(has).length === 1,
      },
    ],
  );

/** `spec.probes`: how the kubelet finds out how the agent is. */
export const probes = z.strictObject({
  startup: probe('startup').optional().describe('Until it is healthy, no other probe counts.'),
  liveness: probe('liveness').optional().describe('An agent that is not healthy is restarted.'),
  readiness: probe('readiness').optional().describe('Whether the Service sends connections.'),
});

/** `spec.lifecycle`: what runs in the agent container beside the agent. */
export const lifecycle = z.strictObject({
  postStart: z
    .strictObject({ exec: exec().describe('A program.') })
    .optional()
    .describe('At the start of the agent; it is killed when this fails.'),
  preStop: z
    .strictObject({ exec: exec().describe('A program.') })
    .optional()
    .describe('Before the agent is asked to end.'),
  terminationGracePeriodSeconds: seconds(1)
    .optional()
    .describe('Time to end in, preStop included, 30 when absent.'),
});

interface Probed {
  readonly probes?: z.output<typeof probes> | undefined;
  readonly inbound?: readonly { readonly port: number }[] | undefined;
}

const probeNames = ['startup', 'liveness', 'readiness'] as const;

/**
 * The kubelet connects from outside the pod. A port that nobody may connect to stays shut for it too:
 * opening it for the kubelet alone is nothing that a packet rule can do, since any host can have its address.
 */
export const probePortRules = probeNames.map((name): CrossFieldRule<Probed> => {
  const at = `self.probes.${name}`;
  const listed = (kind: string): string =>
    `(!has(${at}.${kind}) || (has(self.inbound) && self.inbound.exists(entry, entry.port == ${at}.${kind}.port)))`;
  return {
    cel: `!has(self.probes) || !has(${at}) || (${listed('httpGet')} && ${listed('tcpSocket')})`,
    message: `spec.probes.${name} may connect to a port that spec.inbound names; use exec for any other`,
    holds: ({ probes: all, inbound = [] }) =>
      [all?.[name]?.httpGet, all?.[name]?.tcpSocket].every(
        (target) => !has(target) || inbound.some((entry) => entry.port === target.port),
      ),
  };
});
