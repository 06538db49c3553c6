import { App } from 'cdk8s';
import {
  ClusterNetwork,
  KarsImages,
  KarsPlatform,
  Subject,
  type AdmissionProps,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';

/** Names of the groups that have a role of the platform in tests. */
export const groups = {
  deployers: 'kars:deployers',
  platformDeployers: 'kars:platform',
  operators: 'kars:operators',
  breakGlass: 'kars:break-glass',
} as const;

/** Roles and registries that nothing is wrong with. */
export const admissionProps: AdmissionProps = {
  deployers: [Subject.group(groups.deployers)],
  platformDeployers: [Subject.group(groups.platformDeployers)],
  operators: [Subject.group(groups.operators)],
  breakGlass: [Subject.group(groups.breakGlass)],
  agentRegistries: ['registry.example.com', 'localhost'],
};

/** The objects of a platform with admission policies, changed by `admission`. */
export const platformWith = (
  admission: Partial<AdmissionProps> = {},
  images = KarsImages.local(),
  network = ClusterNetwork.of({}),
): ReturnType<typeof synthesize> =>
  synthesize(
    (app: App) =>
      new KarsPlatform(app, 'platform', {
        images,
        network,
        installSeccompProfile: false,
        admission: { ...admissionProps, ...admission },
      }),
  );
