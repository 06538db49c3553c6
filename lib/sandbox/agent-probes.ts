import type { Container, Lifecycle, LifecycleHandler, Probe } from 'kubernetes-types/core/v1.js';
import { launchCommand } from '../contract/hardening.ts';
import type { AcceptedSandboxSpec } from './input.ts';

type ProbeSpec = NonNullable<NonNullable<AcceptedSandboxSpec['probes']>['liveness']>;

/** Probes and hooks of the agent container; the launcher starts every program among them. */
export function agentProbes({
  probes = {},
  lifecycle = {},
}: AcceptedSandboxSpec): Partial<Container> {
  const { startup, liveness, readiness } = probes;
  const { postStart, preStop } = lifecycle;
  const hooks: Lifecycle = {
    ...(postStart === undefined ? {} : { postStart: hook(postStart.exec.command) }),
    ...(preStop === undefined ? {} : { preStop: hook(preStop.exec.command) }),
  };
  return {
    ...(startup === undefined ? {} : { startupProbe: probe(startup) }),
    ...(liveness === undefined ? {} : { livenessProbe: probe(liveness) }),
    ...(readiness === undefined ? {} : { readinessProbe: probe(readiness) }),
    ...(Object.keys(hooks).length === 0 ? {} : { lifecycle: hooks }),
  };
}

const hook = (command: readonly string[]): LifecycleHandler => ({
  exec: { command: launchCommand(command) },
});

function probe({ exec, httpGet, tcpSocket, ...timing }: ProbeSpec): Probe {
  return {
    ...(exec === undefined ? {} : { exec: { command: launchCommand(exec.command) } }),
    ...(httpGet === undefined
      ? {}
      : { httpGet: { path: httpGet.path ?? '/', port: httpGet.port, scheme: 'HTTP' } }),
    ...(tcpSocket === undefined ? {} : { tcpSocket: { port: tcpSocket.port } }),
    ...(timing as Probe),
  };
}
