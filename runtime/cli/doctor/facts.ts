import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1.js';
import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import type { Namespace } from 'kubernetes-types/core/v1.js';

/** An object of which only the name counts. */
export interface Named {
  readonly metadata?: { readonly name?: string };
}

/** An admission policy or its binding, as far as it counts. */
export interface StoredPolicy extends Named {
  readonly spec?: {
    readonly failurePolicy?: string;
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    /** Narrows a binding; those of the platform have none. */
    readonly matchResources?: object;
  };
}

/** A definition of a kind, as far as it counts. */
export interface StoredDefinition extends Named {
  readonly spec?: { readonly versions?: readonly { readonly name: string }[] };
}

/** A sandbox, as far as it counts. */
export interface StoredSandbox extends Named {
  readonly spec?: {
    readonly sandbox?: {
      readonly isolation?: string;
      readonly runtimeClassName?: string;
      readonly hostUsers?: boolean;
    };
  };
}

/** A node, as far as it counts. */
export interface SeenNode extends Named {
  readonly status?: {
    readonly nodeInfo?: { readonly kubeletVersion?: string };
    /** What the container runtime can do; a kubelet before 1.31 does not tell. */
    readonly runtimeHandlers?: readonly {
      readonly features?: { readonly userNamespaces?: boolean };
    }[];
  };
}

/** What was read of a cluster, or why it was not. */
export type Fact<T> = { readonly value: T } | { readonly unreadable: string };

/** Everything that the checks look at. */
export interface Facts {
  /** `gitVersion` of the API server. */
  readonly version: Fact<string>;
  readonly nodes: Fact<readonly SeenNode[]>;
  readonly definitions: Fact<readonly StoredDefinition[]>;
  readonly policies: Fact<readonly StoredPolicy[]>;
  readonly bindings: Fact<readonly StoredPolicy[]>;
  readonly clusterRoles: Fact<readonly ClusterRole[]>;
  readonly clusterRoleBindings: Fact<readonly ClusterRoleBinding[]>;
  readonly namespaces: Fact<readonly Namespace[]>;
  readonly runtimeClasses: Fact<readonly Named[]>;
  readonly sandboxes: Fact<readonly StoredSandbox[]>;
  readonly daemonSets: Fact<readonly DaemonSet[]>;
  /** `podPidsLimit` of each kubelet, by node. */
  readonly pidLimits: Fact<ReadonlyMap<string, number>>;
}

/** Whether everything holds that a check asks for. `unknown`: it could not be read. */
export type State = 'ok' | 'warning' | 'failed' | 'unknown';

/** What one check came to. */
export interface Finding {
  readonly check: string;
  readonly state: State;
  readonly found: string;
  /** What to do; `''` where nothing is. */
  readonly cure: string;
}
