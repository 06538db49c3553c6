import type { Problem } from '../../contract/problem.ts';
import { problem } from '../../private/problems.ts';

/** Users and groups that everybody is, or that nobody can be told apart by. */
const EVERYBODY: readonly string[] = [
  'user:*',
  'group:*',
  'user:system:anonymous',
  'group:system:authenticated',
  'group:system:unauthenticated',
  'group:system:serviceaccounts',
];

/** A subject in the form of a binding of RBAC. */
export interface RbacSubject {
  readonly kind: string;
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
  /** Of a user or group. */
  readonly apiGroup?: string;
}

const ACCOUNT = 'system:serviceaccount:';

/**
 * Somebody that the API server knows: a user, a group or a service account.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
 */
export class Subject {
  /** A user by the name that authentication gives. */
  static user(name: string): Subject {
    return new Subject('user', name);
  }

  /** Everybody in a group. */
  static group(name: string): Subject {
    return new Subject('group', name);
  }

  /** A service account, such as that of a GitOps controller. */
  static serviceAccount(namespace: string, name: string): Subject {
    return new Subject('user', `${ACCOUNT}${namespace}:${name}`);
  }

  readonly #kind: 'user' | 'group';
  readonly #name: string;

  private constructor(kind: 'user' | 'group', name: string) {
    this.#kind = kind;
    this.#name = name;
  }

  /** `user:` or `group:` and the name, as the admission policies compare it. */
  get text(): string {
    return `${this.#kind}:${this.#name}`;
  }

  /** The same for a binding of RBAC. */
  get rbac(): RbacSubject {
    const [, , namespace, name] = this.#name.split(':');
    const isAccount = this.#kind === 'user' && this.#name.startsWith(ACCOUNT);
    return isAccount && namespace !== undefined && name !== undefined
      ? { kind: 'ServiceAccount', namespace, name }
      : {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: this.#kind === 'user' ? 'User' : 'Group',
          name: this.#name,
        };
  }

  /** Everything that is refused about this subject. */
  validate(path: string): Problem[] {
    const fault = this.#fault();
    return fault === undefined ? [] : [problem('KARS_ADMISSION_SUBJECT', path, fault)];
  }

  #fault(): string | undefined {
    if (!/^[^\s]+$/.test(this.#name)) {
      return `got the ${this.#kind} "${this.#name}", supply a name without white space`;
    }
    return EVERYBODY.includes(this.text)
      ? `got the ${this.#kind} ${this.#name}, which everybody is; supply who it is meant for`
      : undefined;
  }
}
