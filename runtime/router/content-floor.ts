import {
  contentCategories,
  projection,
  severities,
  type ContentCategory,
  type Severity,
} from 'kars-constructs/contract';
import type { Floor } from '../policy/floor.ts';
import { ArgumentError } from '../service/arguments.ts';

/**
 * Refuses a policy that lets content pass which the argument does not, or that refuses nothing.
 *
 * @throws ArgumentError for an argument that is no list of categories with severities.
 */
export function contentFloor(argument: string): Floor {
  const floors = argument.split(',').map(floorOf);
  return (snapshot) => {
    const policy = snapshot.payload('inference-policy');
    if (policy === undefined) return [];
    const { contentSafety: safety = {} } = policy;
    const loose = floors.filter(([category, most]) => {
      const asked = safety[category];
      return asked === undefined || severities.indexOf(asked) > severities.indexOf(most);
    });
    const faults = [
      ...loose.map(([category, most]) => `${category} above ${most}`),
      ...(safety.streaming === 'Audit' ? ['everything, by streaming in Audit'] : []),
    ];
    if (faults.length === 0) return [];
    return [
      {
        path: `${projection['inference-policy'].file}.contentSafety`,
        code: 'KARS_DOCUMENT_BELOW_FLOOR',
        message: `lets pass what the platform does not: ${faults.join(', ')}`,
      },
    ];
  };
}

function floorOf(text: string): readonly [ContentCategory, Severity] {
  const [name, level, ...more] = text.split(':');
  const category = contentCategories.find((one) => one === name);
  const severity = severities.find((one) => one === level);
  if (category === undefined || severity === undefined || more.length > 0) {
    throw new ArgumentError(
      `got --content-floor with ${JSON.stringify(text)}, supply ${contentCategories.join(', ')} with ${severities.join(', ')} behind a colon`,
    );
  }
  return [category, severity];
}
