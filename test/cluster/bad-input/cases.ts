import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { SandboxState, type KarsSandboxProps } from 'kars-constructs';
import { guardArguments, LAUNCH_FILE } from '../../../lib/contract/hardening.ts';
import { contentDigest } from '../../../lib/contract/canonical.ts';
import type { ApplicableObject } from '../client.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { Place } from './shown.ts';
import { FULL, READ_ONLY } from './volumes.ts';

/** One thing that can be wrong with a sandbox, and where that shows. */
export interface BadInput {
  readonly what: string;
  /** Name of its sandbox. */
  readonly name: string;
  readonly props?: Partial<KarsSandboxProps>;
  /** Command of the agent, when the fault is in it. */
  readonly command?: readonly string[];
  readonly spoil?: (objects: SynthesizedObjects) => void;
  readonly place: Place;
  readonly says: RegExp;
}

/** The objects of one sandbox, to be changed before they are applied. */
export class SynthesizedObjects {
  readonly objects: ApplicableObject[];

  constructor(objects: readonly ApplicableObject[]) {
    this.objects = structuredClone([...objects]);
  }

  get pod(): PodSpec {
    const deployment = this.#find('Deployment') as unknown as Deployment;
    const pod = deployment.spec?.template.spec;
    if (pod === undefined) throw new Error('the deployment has no pod');
    return pod;
  }

  get containers(): Container[] {
    const { initContainers = [], containers } = this.pod;
    return [...initContainers, ...containers];
  }

  /** Lets all of them find room on the node of the tests at once. */
  needLittle(): void {
    for (const { resources } of this.containers) {
      if (resources !== undefined)
        resources.requests = { ...resources.requests, cpu: '1m', memory: '1Mi' };
    }
  }

  container(name: string): Container {
    const found = this.containers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no container ${name}`);
    return found;
  }

  configMap(prefix: string): ConfigMap {
    return this.#find('ConfigMap', prefix) as unknown as ConfigMap;
  }

  #find(kind: string, prefix = ''): ApplicableObject {
    const found = this.objects.find(
      (one) => one.kind === kind && one.metadata.name.startsWith(prefix),
    );
    if (found === undefined) throw new Error(`there is no ${kind} ${prefix}`);
    return found;
  }
}

const HALF = '{"schemaVersion":1,';

/** Every way in which a user meets bad input on a node. */
export const badInputs: readonly BadInput[] = [
  {
    what: 'a guard without NET_ADMIN',
    name: 'no-net-admin',
    spoil: (objects: SynthesizedObjects): void => {
      const { securityContext } = objects.container('egress-guard');
      if (securityContext !== undefined) securityContext.capabilities = { drop: ['ALL'] };
    },
    place: 'describe',
    says: /egress-guard:? .*KARS_GUARD_CAPABILITY/,
  },
  {
    what: 'a guard image without nft and iptables',
    name: 'no-back-end',
    spoil: (objects: SynthesizedObjects): void => {
      objects.pod.volumes?.push({ name: 'nothing', emptyDir: {} });
      objects.container('egress-guard').volumeMounts?.push({ name: 'nothing', mountPath: '/usr/sbin' }); // prettier-ignore
    },
    place: 'describe',
    says: /egress-guard:? .*KARS_GUARD_BACKEND/,
  },
  {
    what: 'packet rules of somebody else in the pod',
    name: 'foreign-rules',
    spoil: ({ pod }: SynthesizedObjects): void => {
      pod.initContainers?.unshift({
        name: 'mesh-init',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['/usr/sbin/nft', 'add', 'table', 'inet', 'mesh'],
        securityContext: {
          runAsUser: 0,
          runAsNonRoot: false,
          capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
        },
      });
    },
    place: 'describe',
    says: /egress-guard:? .*KARS_GUARD_FOREIGN_RULES/,
  },
  {
    what: 'a launch document that was changed after synthesis',
    name: 'changed-launch',
    spoil: (objects: SynthesizedObjects): void => {
      objects.configMap('kars-hardening').data = { ...objects.configMap('kars-hardening').data, [LAUNCH_FILE]: HALF }; // prettier-ignore
    },
    place: 'describe',
    says: /egress-guard:? .*KARS_DOCUMENT_DIGEST/,
  },
  {
    what: 'a launch document that is malformed, and pinned as it is',
    name: 'malformed-launch',
    spoil: (objects: SynthesizedObjects): void => {
      const { data = {} } = objects.configMap('kars-hardening');
      objects.configMap('kars-hardening').data = { ...data, [LAUNCH_FILE]: HALF };
      objects.container('egress-guard').args = guardArguments({
        guard: contentDigest(data['guard.json'] ?? ''),
        launch: contentDigest(HALF),
      });
    },
    place: 'describe',
    says: /(agent|egress-guard):? .*KARS_DOCUMENT_MALFORMED/,
  },
  {
    what: 'a command that the image does not have',
    name: 'no-command',
    command: ['/usr/bin/no-such-agent'],
    place: 'describe',
    says: /agent:? .*KARS_COMMAND_NOT_FOUND/,
  },
  {
    what: 'a state volume that is full',
    name: 'full-state',
    props: { state: SandboxState.persistent({ storageClassName: FULL }) },
    place: 'egress-proxy log',
    says: /KARS_STATE_FULL/,
  },
  {
    what: 'a state volume that is read-only',
    name: 'read-only-state',
    props: { state: SandboxState.persistent({ storageClassName: READ_ONLY }) },
    place: 'describe',
    says: /failed to create subPath directory for volumeMount "state"/,
  },
  {
    what: 'a state volume that nobody provides',
    name: 'pending-state',
    props: { state: SandboxState.persistent({ storageClassName: 'no-such-class' }) },
    place: 'describe',
    says: /storageclass.* "no-such-class" not found|unbound immediate PersistentVolumeClaims/,
  },
  {
    what: 'a profile file that the node does not have',
    name: 'no-profile',
    spoil: (objects: SynthesizedObjects): void => {
      const { securityContext } = objects.container('agent');
      if (securityContext === undefined) return;
      securityContext.seccompProfile = { type: 'Localhost', localhostProfile: 'kars/missing.json' };
    },
    place: 'describe',
    says: /agent:? .*kars\/missing\.json: no such file or directory/,
  },
  {
    what: 'a document that is half-written',
    name: 'half-document',
    spoil: (objects: SynthesizedObjects): void => {
      objects.configMap('kars-documents-inference-policy').data = { 'inference-policy.json': HALF };
    },
    place: 'router log',
    says: /KARS_DOCUMENT_MALFORMED/,
  },
  {
    what: 'documents of two syntheses',
    name: 'mixed-documents',
    spoil: (objects: SynthesizedObjects): void => {
      const { data = {} } = objects.configMap('kars-documents-egress-allowlist');
      const [file = '', body = ''] = Object.entries(data)[0] ?? [];
      objects.configMap('kars-documents-egress-allowlist').data = { [file]: `${body} ` };
    },
    place: 'egress-proxy log',
    says: /KARS_DOCUMENT_DIGEST/,
  },
];
