import {
  admissionPolicyNames,
  CONFIDENTIAL_RUNTIME_CLASS,
  kinds,
  labels,
  NODE_NAMESPACE,
  PLATFORM_NAMESPACE,
  PLATFORM_PREFIX,
  platformNamespaces,
  sandboxNamespace,
  VERSION,
} from 'kars-constructs/contract';
import type { Facts, Finding } from './facts.ts';
import { finding, listOf, of } from './finding.ts';
import { holdersOf, rights } from './rights.ts';
import { userNamespaces } from './user-namespaces.ts';

const OLDEST = 30;
const PSA = 'pod-security.kubernetes.io/enforce';

/** DaemonSets of network plug-ins that enforce NetworkPolicies. */
const ENFORCING = [
  'cilium',
  'calico-node',
  'antrea-agent',
  'azure-npm',
  'weave-net',
  'kube-router',
];

/** There only where the platform has a floor for content or tokens. */
const OPTIONAL: readonly string[] = ['kars-inference-floor'];

/** Every check, in the order in which a cluster is set up. */
export function checkAll(facts: Facts): Finding[] {
  return [
    ...versions(facts),
    ...definitions(facts),
    ...admission(facts),
    ...rightsPastAdmission(facts),
    ...podSecurity(facts),
    ...runtimeClasses(facts),
    ...userNamespaces(facts),
    ...profiles(facts),
    ...pidLimits(facts),
    ...networkPlugin(facts),
  ];
}

const minorOf = (version: string): number => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? 0);

function versions({ version, nodes }: Facts): Finding[] {
  const cure = `upgrade to 1.${OLDEST} or newer`;
  return [
    ...of('API server', version, (value) =>
      minorOf(value) >= OLDEST
        ? finding('API server', 'ok', value)
        : finding(
            'API server',
            'failed',
            `${value} has no ValidatingAdmissionPolicy v1: nothing refuses a pod beside the sandboxes`,
            cure,
          ),
    ),
    ...of('kubelets', nodes, (value) => {
      const old = value.filter(
        ({ status }) => minorOf(status?.nodeInfo?.kubeletVersion ?? '') < OLDEST,
      );
      const names = old.map(({ metadata }) => metadata?.name ?? '');
      return old.length === 0
        ? finding('kubelets', 'ok', `${value.length} of 1.${OLDEST} or newer`)
        : finding(
            'kubelets',
            'failed',
            `older: ${listOf(names)}; native sidecars may not start in order`,
            cure,
          );
    }),
  ];
}

function definitions({ definitions: fact }: Facts): Finding[] {
  return of('custom resources', fact, (value) => {
    const served = new Set(
      value
        .filter(({ spec }) => spec?.versions?.some(({ name }) => name === VERSION))
        .map(({ metadata }) => metadata?.name),
    );
    const missing = kinds
      .map(({ plural }) => plural)
      .filter((plural) => ![...served].some((name) => name?.startsWith(`${plural}.`)));
    return missing.length === 0
      ? finding('custom resources', 'ok', `all ${kinds.length} kinds`)
      : finding(
          'custom resources',
          'failed',
          `missing: ${listOf(missing)}`,
          'apply the chart of KarsPlatform, or kars crds | kubectl apply --server-side -f -',
        );
  });
}

function admission({ policies, bindings }: Facts): Finding[] {
  const check = 'admission floor';
  return of(check, policies, (stored) =>
    of(check, bindings, (bound) => {
      const strict = new Set(
        stored
          .filter(({ spec }) => spec?.failurePolicy !== 'Ignore')
          .map(({ metadata }) => metadata?.name ?? ''),
      );
      const denying = new Set(
        bound
          .filter(
            ({ spec }) =>
              spec?.validationActions?.includes('Deny') && spec.matchResources === undefined,
          ) // prettier-ignore
          .map(({ spec }) => spec?.policyName ?? ''),
      );
      const wanted = admissionPolicyNames.filter((name) => !OPTIONAL.includes(name));
      const missing = wanted.filter((name) => !strict.has(name));
      const loose = wanted.filter((name) => strict.has(name) && !denying.has(name));
      const cure = "apply the chart of KarsPlatform, with admission other than 'none'";
      if (missing.length + loose.length === 0) {
        return finding(check, 'ok', `${wanted.length} policies, each bound to deny`);
      }
      const parts = [
        ...(missing.length === 0 ? [] : [`missing: ${listOf(missing)}`]),
        ...(loose.length === 0 ? [] : [`not bound to deny everywhere: ${listOf(loose)}`]),
      ];
      return finding(check, 'failed', parts.join('; '), cure);
    }),
  );
}

function rightsPastAdmission({ clusterRoles, clusterRoleBindings }: Facts): Finding[] {
  return rights.flatMap((right) => {
    const check = `right: ${right.check}`;
    return of(check, clusterRoles, (roles) =>
      of(check, clusterRoleBindings, (bindings) => {
        const holders = holdersOf(right, roles, bindings);
        return holders.length === 0
          ? finding(check, 'ok', 'nobody but administrators and Kubernetes itself')
          : finding(
              check,
              right.isFault ? 'failed' : 'warning',
              `${listOf(holders)}: ${right.why}`,
              right.cure,
            );
      }),
    );
  });
}

function podSecurity({ namespaces }: Facts): Finding[] {
  const check = 'namespaces';
  return of(check, namespaces, (value) => {
    const named = value.map(({ metadata }) => ({
      name: metadata?.name ?? '',
      labels: metadata?.labels ?? {},
    }));
    const faults = named.flatMap(({ name, labels: own }) => {
      const isOurs = own[labels.role] === 'sandbox';
      const isNamed = name === sandboxNamespace(own[labels.sandbox] ?? '');
      const isPlatform = platformNamespaces.some((platform) => platform === name);
      if (isOurs && !isNamed) return [`${name} has the labels of a sandbox, and not its name`];
      if (name.startsWith(PLATFORM_PREFIX) && !isPlatform && !isOurs) {
        return [`${name} has the name of a sandbox, and not its labels`];
      }
      if (isOurs && own[PSA] !== 'privileged') {
        return [
          `${name} does not admit the guard: it enforces ${own[PSA] ?? 'what the cluster does'}`,
        ];
      }
      return name === PLATFORM_NAMESPACE && own[PSA] !== 'restricted'
        ? [`${name} does not enforce restricted`]
        : [];
    });
    const sandboxes = named.filter(({ labels: own }) => own[labels.role] === 'sandbox').length;
    return faults.length === 0
      ? finding(check, 'ok', `${sandboxes} of sandboxes, name and labels agree`)
      : finding(
          check,
          'failed',
          faults.join('; '),
          'give it another name, or make it again by its manifest',
        );
  });
}

function runtimeClasses({ sandboxes, runtimeClasses: classes }: Facts): Finding[] {
  const check = 'runtime classes';
  return of(check, sandboxes, (value) =>
    of(check, classes, (known) => {
      const names = new Set(known.map(({ metadata }) => metadata?.name));
      const wanted = value
        .filter(({ spec }) => spec?.sandbox?.isolation === 'confidential')
        .map(({ spec }) => spec?.sandbox?.runtimeClassName ?? CONFIDENTIAL_RUNTIME_CLASS);
      const missing = [...new Set(wanted)].filter((name) => !names.has(name));
      return missing.length === 0
        ? finding(check, 'ok', wanted.length === 0 ? 'no sandbox needs one' : 'all are there')
        : finding(
            check,
            'failed',
            `missing: ${missing.join(', ')}`,
            'set confidentialRuntime of KarsPlatform, or install Kata',
          );
    }),
  );
}

function profiles({ daemonSets }: Facts): Finding[] {
  const check = 'seccomp profile';
  return of(check, daemonSets, (value) => {
    const found = value.find(({ metadata }) => metadata?.namespace === NODE_NAMESPACE);
    if (found === undefined) {
      return finding(
        check,
        'unknown',
        'no DaemonSet brings it to the nodes',
        "set installSeccompProfile of KarsPlatform, or look for it on each node; sandboxes with seccompProfile: 'RuntimeDefault' need none",
      );
    }
    const { numberReady = 0, desiredNumberScheduled = 0 } = found.status ?? {};
    return numberReady === desiredNumberScheduled
      ? finding(check, 'ok', `on all ${numberReady} nodes`)
      : finding(
          check,
          'failed',
          `on ${numberReady} of ${desiredNumberScheduled} nodes`,
          `see kubectl -n ${NODE_NAMESPACE} describe pods`,
        );
  });
}

function pidLimits({ pidLimits: fact }: Facts): Finding[] {
  const check = 'limit of processes';
  if ('unreadable' in fact) {
    const cure =
      'look for podPidsLimit in the configuration of each kubelet; reading it here takes nodes/proxy';
    return [finding(check, 'unknown', fact.unreadable, cure)];
  }
  const unlimited = [...fact.value].filter(([, limit]) => limit <= 0).map(([name]) => name);
  return [
    unlimited.length === 0
      ? finding(check, 'ok', `on all ${fact.value.size} nodes`)
      : finding(
          check,
          'warning',
          `none on ${listOf(unlimited)}: a fork bomb takes the whole node`,
          'set podPidsLimit of the kubelet, such as 1024',
        ),
  ];
}

function networkPlugin({ daemonSets }: Facts): Finding[] {
  const check = 'network plug-in';
  return of(check, daemonSets, (value) => {
    const names = value.map(({ metadata }) => metadata?.name ?? '');
    const known = names.find((name) => ENFORCING.some((plugin) => name.startsWith(plugin)));
    return known === undefined
      ? finding(
          check,
          'unknown',
          'no DaemonSet of one that is known to enforce NetworkPolicies',
          'try one: deny everything in a namespace, and connect',
        )
      : finding(check, 'ok', `${known} enforces NetworkPolicies`);
  });
}
