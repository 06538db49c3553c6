import {
  egressLimitNames,
  egressLimits,
  limitArgument,
  type EgressLimitName,
} from '../../../contract/egress-limits.ts';
import type { EgressLimitsSpec } from '../../../contract/kinds/kars-sandbox/egress-limits.ts';
import { limitCeiling } from '../../../sandbox/egress-limits.ts';
import { allOf } from '../cel.ts';
import { beginning } from './container-cel.ts';

/** Beginnings of the arguments for limits. */
export const limitArguments: readonly string[] = [
  ...egressLimitNames,
  'bytesOfTarget' as const,
].map(limitArgument);

/** CEL that holds when no limit of the egress proxy is above that of the platform. */
export function hasLimits(container: string, loosest: EgressLimitsSpec): string {
  const within = (name: EgressLimitName | 'bytesOfTarget', isRequired: boolean, holds: string) => {
    const given = beginning(container, [limitArgument(name)]);
    return `${given}.size() ${isRequired ? '==' : '<='} 1 && ${given}.all(argument, ${holds})`;
  };
  const value = (name: EgressLimitName | 'bytesOfTarget'): string =>
    `argument.substring(${limitArgument(name).length})`;
  const most = loosest.bytesOfTarget;
  const areNumbers = `${value('bytesOfTarget')}.matches('^[0-9]{1,15}/[0-9]{1,7}$')`;
  const [bytes, seconds] = [0, 1].map((at) => `int(${value('bytesOfTarget')}.split('/')[${at}])`);
  return allOf(
    ...egressLimitNames.map((name) => {
      const ceiling = limitCeiling(name, loosest);
      const isRequired = ceiling < egressLimits[name].standard;
      const isNumber = `${value(name)}.matches('^[0-9]{1,15}$')`;
      return within(name, isRequired, `${isNumber} && int(${value(name)}) <= ${ceiling}`);
    }),
    most === undefined
      ? within('bytesOfTarget', false, areNumbers)
      : within(
          'bytesOfTarget',
          true,
          `${areNumbers} && ${bytes} <= ${most.bytes} && ${seconds} >= ${most.seconds}`,
        ),
  );
}
