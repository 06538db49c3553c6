import { Duration, Size, type App } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { KarsImages, KarsPlatform, type AdmissionProps, type EgressLimits } from 'kars-constructs';
import { egressLimitNames, limitOption } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { admissionProps } from '../../support/admission.ts';
import { containerOf } from '../../support/pod.ts';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';
import { everyLimit } from '../../support/egress-limits.ts';

const build =
  (egressLimits: EgressLimits | undefined, admission?: Partial<AdmissionProps>) =>
  (app: App): void => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: { ...admissionProps, ...admission },
    });
    sandboxIn(agentsChart(app), egressLimits === undefined ? {} : { egressLimits });
  };

const argumentsOf = (...of: Parameters<typeof build>): string[] =>
  (containerOf(synthesize(build(...of)), 'egress-proxy').args ?? []).filter((argument) =>
    argument.startsWith('--limit-'),
  );

describe('the limits of a sandbox', () => {
  it('are arguments of its egress proxy, each one', () => {
    const found = argumentsOf(everyLimit);
    expect(found).toEqual([
      '--limit-connections=2',
      '--limit-calls=3',
      '--limit-calls-of-target=4',
      '--limit-header-bytes=6144',
      '--limit-header-seconds=7',
      '--limit-hello-seconds=8',
      '--limit-resolve-seconds=1',
      '--limit-connect-seconds=9',
      '--limit-idle-seconds=60',
      '--limit-lifetime-seconds=7200',
      '--limit-dns-queries-per-second=10',
      '--limit-bytes-of-target=5242880/3600',
    ]);
    for (const name of egressLimitNames) expect(found.join()).toContain(`--${limitOption(name)}=`);
  });

  it('are no argument where nothing is said', () => {
    expect(argumentsOf(undefined)).toEqual([]);
  });

  it.each<[string, EgressLimits, string]>([
    ['no connection', { connections: 0 }, 'egressLimits.connections'],
    ['a part of a connection', { calls: 1.5 }, 'egressLimits.calls'],
    ['more than any platform allows', { callsOfTarget: 8193 }, 'egressLimits.callsOfTarget'],
    ['a part of a second', { idleTime: Duration.millis(500) }, 'egressLimits.idleSeconds'],
    ['no time', { helloTime: Duration.seconds(0) }, 'egressLimits.helloSeconds'],
    ['a month of a connection', { lifetime: Duration.days(30) }, 'egressLimits.lifetimeSeconds'],
    [
      'a window without an end',
      { bytesOfTarget: { size: Size.kibibytes(1), window: Duration.days(32) } },
      'egressLimits.bytesOfTarget.seconds',
    ],
  ])('are refused with %s', (_what, limits, path) => {
    const problems = synthProblems(build(limits));
    expect(problems).toContain('[KARS_MANIFEST_INVALID]');
    expect(problems).toContain(path);
  });

  it.each<[string, EgressLimits, EgressLimits, string]>([
    ['the standard', { idleTime: Duration.seconds(301) }, {}, 'idleSeconds: got 301, and'],
    [
      'what it allows',
      { calls: 101 },
      { calls: 100 },
      'calls: got 101, and the platform allows 100',
    ],
    [
      'the bytes that it allows',
      { bytesOfTarget: { size: Size.kibibytes(2), window: Duration.hours(1) } },
      { bytesOfTarget: { size: Size.kibibytes(1), window: Duration.hours(1) } },
      'bytesOfTarget: got 2048/3600, and the platform allows 1024/3600',
    ],
    [
      'them in a shorter window',
      { bytesOfTarget: { size: Size.kibibytes(1), window: Duration.minutes(1) } },
      { bytesOfTarget: { size: Size.kibibytes(1), window: Duration.hours(1) } },
      'bytesOfTarget: got 1024/60',
    ],
  ])('are refused above %s of a platform', (_what, limits, loosestEgressLimits, expected) => {
    const problems = synthProblems(build(limits, { loosestEgressLimits }));
    expect(problems).toContain(`[KARS_BELOW_FLOOR] egressLimits.${expected}`);
  });

  it('go as far as the platform lets them', () => {
    const limits = { idleTime: Duration.hours(1) };
    expect(argumentsOf(limits, { loosestEgressLimits: limits })).toEqual([
      '--limit-idle-seconds=3600',
    ]);
  });

  it('are those of the platform where these are lower, and nothing is said', () => {
    const loosestEgressLimits: EgressLimits = {
      calls: 100,
      idleTime: Duration.hours(1),
      bytesOfTarget: { size: Size.kibibytes(1), window: Duration.hours(1) },
    };
    expect(argumentsOf(undefined, { loosestEgressLimits })).toEqual([
      '--limit-calls=100',
      '--limit-bytes-of-target=1024/3600',
    ]);
  });

  it('of a platform are refused as well when they are none', () => {
    const problems = synthProblems(build(undefined, { loosestEgressLimits: { calls: 8193 } }));
    expect(problems).toContain('[KARS_EGRESS_LIMIT] admission.loosestEgressLimits.calls');
  });
});
