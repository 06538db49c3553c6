import { Duration } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { AgentProbe, AgentRuntime, Inbound, type ContainerAgentProps } from 'kars-constructs';
import { containerOf, podOf, refusalsOf, synthesized } from '../../support/pod.ts';

const agentWith = (props: Partial<ContainerAgentProps>): AgentRuntime =>
  AgentRuntime.container({ image: 'registry.example.com/a:1', command: ['/agent'], ...props });

const launched = (...command: string[]): string[] => [
  '/run/kars/launch/launch',
  '--document=/run/kars/launch/launch.json',
  '--',
  ...command,
];

const inbound = [Inbound.fromNamespace('apps', { port: 8080 })];

describe('the probes of an agent', () => {
  it('start their programs with the launcher', () => {
    const probe = (name: string): AgentProbe => AgentProbe.exec(['/check', name]);
    const agent = agentWith({
      probes: {
        startup: probe('startup'),
        liveness: probe('liveness'),
        readiness: probe('readiness'),
      },
    });
    expect(containerOf(synthesized({ agent }), 'agent')).toMatchObject({
      startupProbe: { exec: { command: launched('/check', 'startup') } },
      livenessProbe: { exec: { command: launched('/check', 'liveness') } },
      readinessProbe: { exec: { command: launched('/check', 'readiness') } },
    });
  });

  it('are made when and as often as said', () => {
    const liveness = AgentProbe.exec(['/check'], {
      initialDelay: Duration.seconds(5),
      period: Duration.minutes(1),
      timeout: Duration.seconds(2),
      failureThreshold: 4,
    });
    const { livenessProbe } = containerOf(
      synthesized({ agent: agentWith({ probes: { liveness } }) }),
      'agent',
    );
    expect(livenessProbe).toMatchObject({
      initialDelaySeconds: 5,
      periodSeconds: 60,
      timeoutSeconds: 2,
      failureThreshold: 4,
    });
  });

  it('connect to a port that is open anyway', () => {
    const probes = {
      readiness: AgentProbe.http('/ready', { port: 8080 }),
      liveness: AgentProbe.tcp({ port: 8080 }),
    };
    const agent = containerOf(synthesized({ agent: agentWith({ probes }), inbound }), 'agent');
    expect(agent.readinessProbe).toEqual({
      httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' },
    });
    expect(agent.livenessProbe).toEqual({ tcpSocket: { port: 8080 } });
  });

  it.each([
    ['HTTP', AgentProbe.http('/', { port: 8081 })],
    ['TCP', AgentProbe.tcp({ port: 8081 })],
  ])('are refused by %s at any other port', (_name, liveness) => {
    expect(refusalsOf({ agent: agentWith({ probes: { liveness } }), inbound })).toContain(
      'spec.probes.liveness may connect to a port that spec.inbound names; use exec for any other',
    );
  });

  it('are refused without a program', () => {
    const liveness = AgentProbe.exec([]);
    expect(refusalsOf({ agent: agentWith({ probes: { liveness } }) })).toContain(
      'spec.probes.liveness.exec.command',
    );
  });
});

describe('the hooks of an agent', () => {
  it('are started by the launcher', () => {
    const lifecycle = {
      postStart: ['/begin'],
      preStop: ['/finish', '--now'],
      terminationGracePeriod: Duration.minutes(2),
    };
    const app = synthesized({ agent: agentWith({ lifecycle }) });
    expect(containerOf(app, 'agent').lifecycle).toEqual({
      postStart: { exec: { command: launched('/begin') } },
      preStop: { exec: { command: launched('/finish', '--now') } },
    });
    expect(podOf(app).terminationGracePeriodSeconds).toBe(120);
  });

  it('are none unless they are named', () => {
    const agent = containerOf(synthesized(), 'agent');
    expect([agent.lifecycle, agent.livenessProbe, agent.startupProbe]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(podOf(synthesized()).terminationGracePeriodSeconds).toBeUndefined();
  });
});
