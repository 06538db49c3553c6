import { describe, expect, it } from 'vitest';
import {
  KarsImages,
  KarsPlatform,
  Subject,
  type AdmissionProps,
  type KarsPlatformProps,
} from 'kars-constructs';
import { admissionPolicyNames } from 'kars-constructs/contract';
import { admissionProps, platformWith } from '../../support/admission.ts';
import { synthProblems } from '../../support/sandbox.ts';

const refusalsOf = (admission: Partial<AdmissionProps>): string =>
  synthProblems(
    (app) =>
      new KarsPlatform(app, 'platform', {
        images: KarsImages.local(),
        admission: { ...admissionProps, ...admission },
      }),
  );

describe('the admission policies of the platform', () => {
  it('are the ones of the contract, and each is bound to deny', () => {
    // A policy about content and tokens is there only where they have a floor.
    const app = platformWith({ maxTokensPerRequest: 1000 });
    const denying = app
      .ofKind('ValidatingAdmissionPolicyBinding')
      .filter((binding) => JSON.stringify(binding).includes('"Deny"'))
      .map(({ metadata }) => metadata.name);
    expect(denying.toSorted()).toEqual([...admissionPolicyNames].toSorted());
    for (const name of denying) {
      expect(app.find('ValidatingAdmissionPolicy', name)).toMatchObject({
        spec: { failurePolicy: 'Fail' },
      });
    }
  });

  it('are left out only when that is said', () => {
    const problems = synthProblems(
      (app) =>
        new KarsPlatform(app, 'platform', { admission: 'none', installSeccompProfile: false }),
    );
    expect(problems).toBe('');
  });

  it('are not left out by an oversight', () => {
    const props = { images: KarsImages.local() } as KarsPlatformProps;
    expect(synthProblems((app) => new KarsPlatform(app, 'platform', props))).toContain(
      '[KARS_ADMISSION_MISSING] admission',
    );
  });

  it('need images, since they accept no others', () => {
    const problems = synthProblems(
      (app) =>
        new KarsPlatform(app, 'platform', {
          admission: admissionProps,
          installSeccompProfile: false,
        }),
    );
    expect(problems).toContain('KARS_IMAGES_MISSING');
  });

  it.each([
    ['nobody', []],
    ['everybody who is authenticated', [Subject.group('system:authenticated')]],
    ['every service account', [Subject.group('system:serviceaccounts')]],
    ['a wildcard', [Subject.user('*')]],
    ['an empty name', [Subject.user('')]],
    ['a name of two lines', [Subject.user('one\ntwo')]],
  ])('are not synthesized with %s as deployer', (_what, deployers) => {
    expect(refusalsOf({ deployers })).toContain('[KARS_ADMISSION_SUBJECT] admission.deployers');
  });

  it.each([0, -1, 1.5])('are not synthesized with a ceiling of %d tokens', (tokens) => {
    expect(refusalsOf({ maxTokensPerRequest: tokens })).toContain(
      '[KARS_BUDGET_INVALID] admission.maxTokensPerRequest',
    );
  });

  it.each([[[]], [['']], [['https://registry.example.com']], [['registry.example.com/a:1']]])(
    'are not synthesized with the registries %j',
    (agentRegistries) => {
      expect(refusalsOf({ agentRegistries })).toContain(
        '[KARS_ADMISSION_REGISTRY] admission.agentRegistries',
      );
    },
  );
});
