/**
 * A whole number of bytes as Kubernetes writes it, with a binary or decimal suffix or none.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const BYTES = /^[1-9][0-9]{0,11}(Ki|Mi|Gi|Ti|k|M|G|T)?$/;

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  T: 1000 ** 4,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** The bytes of a text that {@link BYTES} takes; undefined for any other. */
export function bytesOf(quantity: string): number | undefined {
  const [, suffix = ''] = BYTES.exec(quantity) ?? [undefined, 'none'];
  const factor = FACTORS[suffix];
  return factor === undefined ? undefined : Number.parseInt(quantity, 10) * factor;
}
