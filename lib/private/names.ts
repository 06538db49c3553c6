import type { Construct } from 'constructs';
import { Chart } from 'cdk8s';
import type { Problem } from '../contract/problem.ts';
import { problem } from './problems.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Why `name` is no DNS label of at most `longest` characters; an empty list when it is one. */
export function nameProblems(name: string, longest = 63): Problem[] {
  if (!DNS_LABEL.test(name)) {
    const text = `got "${name}", supply lower-case letters, digits and dashes, with a letter or digit at both ends`;
    return [problem('KARS_NAME_INVALID', 'name', text)];
  }
  return name.length > longest
    ? [
        problem(
          'KARS_NAME_INVALID',
          'name',
          `got ${name.length} characters, allowed ${longest}; supply a shorter name`,
        ),
      ]
    : [];
}

/** Namespace of the custom resources in the chart around `scope`. */
export function namespaceOf(scope: Construct): string {
  return Chart.of(scope).namespace ?? 'default';
}

const taken = new WeakMap<object, Map<string, string>>();

/** Problems when another construct of the app has claimed `key` before; claims it otherwise. */
export function claim(scope: Construct, key: string): Problem[] {
  const claims = taken.get(scope.node.root) ?? new Map<string, string>();
  taken.set(scope.node.root, claims);
  const owner = claims.get(key);
  if (owner === undefined) {
    claims.set(key, scope.node.path);
    return [];
  }
  const text = `got ${key} a second time, ${owner} has it already; supply another name`;
  return [problem('KARS_NAME_TAKEN', 'name', text)];
}
