/** A field of a schedule: what it may hold, and the names that stand for its numbers. */
interface ScheduleField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The first name stands for `min`. */
  readonly names?: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** In the order in which they stand. Sunday is 0 alone: the controller refuses 7. */
const fields: readonly ScheduleField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'weekDay', min: 0, max: 6, names: DAYS },
];

/**
 * Why the API server would refuse a schedule, or undefined when it takes it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function scheduleFault(expression: string): string | undefined {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== fields.length) {
    return `got "${expression}" with ${texts.length} fields, supply ${fields.length}: minute, hour, day, month and weekDay`;
  }
  const faulty = fields.find((field, index) => !isField(texts[index] ?? '', field));
  if (faulty === undefined) return undefined;
  const { name, min, max } = faulty;
  return `got "${expression}", supply for ${name} numbers from ${min} to ${max}, such as "${min}", "${min}-${max}", "*/${min + 2}" or "*"`;
}

function isField(text: string, field: ScheduleField): boolean {
  const ranges = text.split(',').filter((range) => range !== '');
  return ranges.length > 0 && ranges.every((range) => isRange(range, field));
}

function isRange(text: string, field: ScheduleField): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/([0-9]+))?$/.exec(text) ?? [];
  if (step !== undefined && Number(step) === 0) return false;
  if (range === '*' || range === '?') return true;
  const [low = '', high = low, ...more] = range.split('-');
  const [from, to] = [numberOf(low, field), numberOf(high, field)];
  return more.length === 0 && from >= field.min && to <= field.max && from <= to;
}

/** NaN, which is in no range, for what is neither a number nor a name. */
function numberOf(text: string, { min, names = [] }: ScheduleField): number {
  const index = names.indexOf(text.toLowerCase());
  if (index !== -1) return min + index;
  return /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
}
