import type { Facts, Finding, SeenNode } from './facts.ts';
import { finding, listOf, of } from './finding.ts';

const check = 'user namespaces';

/** Whether nodes have what sandboxes with `hostUsers: false` need; a kubelet before 1.31 does not tell. */
export function userNamespaces({ sandboxes, nodes }: Facts): Finding[] {
  return of(check, sandboxes, (value) =>
    of(check, nodes, (all) => {
      if (!value.some(({ spec }) => spec?.sandbox?.hostUsers === false)) {
        return finding(check, 'ok', 'no sandbox needs them');
      }
      const [without, silent] = [false, undefined].map((has) =>
        all.filter((node) => hasThem(node) === has).map(({ metadata }) => metadata?.name ?? ''),
      );
      if (without !== undefined && without.length > 0) {
        const cure = 'install containerd 2 and runc 1.2 or newer, or leave hostUsers out';
        return finding(check, 'failed', `none on ${listOf(without)}: the pods do not start`, cure);
      }
      return silent !== undefined && silent.length > 0
        ? finding(check, 'unknown', `${listOf(silent)} does not tell`, 'look at the events of the pods') // prettier-ignore
        : finding(check, 'ok', `on all ${all.length} nodes`);
    }),
  );
}

const hasThem = ({ status }: SeenNode): boolean | undefined =>
  status?.runtimeHandlers?.some(({ features }) => features?.userNamespaces === true);
