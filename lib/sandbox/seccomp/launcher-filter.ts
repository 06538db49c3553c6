import type { LaunchDocument } from '../../contract/launch-document.ts';
import { ENOSYS } from './errno.ts';
import { strictRules, type ArgumentCondition } from './rules.ts';

/** The same profile as the launcher takes it, for nodes and guests where no profile file is applied. */
export const launcherFilter = (): LaunchDocument['seccomp'] => ({
  rules: strictRules.map(({ names, verdict, when = [] }) => ({
    names: [...names],
    ...(verdict === 'allow' ? {} : { errno: ENOSYS }),
    ...(when.length === 0 ? {} : { conditions: when.map(condition) }),
  })),
});

const condition = (one: ArgumentCondition): LaunchCondition =>
  'equals' in one
    ? { argument: one.argument, value: one.equals }
    : { argument: one.argument, mask: one.noneOf, value: 0 };

type LaunchRule = LaunchDocument['seccomp']['rules'][number];
type LaunchCondition = NonNullable<LaunchRule['conditions']>[number];
