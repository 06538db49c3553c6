import { getPublicSuffix } from 'tldts';

/**
 * Why `*.suffix` would reach hosts of whoever registers a name, or undefined when it would not. The
 * list has the parts that registries and the ones that companies hand out, such as `github.io`.
 *
 * @see https://publicsuffix.org/
 */
export function publicSuffixFault(suffix: string): string | undefined {
  return getPublicSuffix(suffix, { allowPrivateDomains: true }) === suffix
    ? `got "*.${suffix}", and anybody can have a name below ${suffix}; supply a suffix that has one owner`
    : undefined;
}
