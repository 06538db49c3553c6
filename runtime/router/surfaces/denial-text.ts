import type { Deny } from 'kars-constructs/contract';

/** A denial in a line, for those who see the message of an error alone. */
export const denialText = ({ code, reason, rule, cure }: Deny): string =>
  `${reason} [${code}; rule: ${rule}; to change it: ${cure}]`;
