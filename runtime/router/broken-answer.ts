import { deny, type Deny } from 'kars-constructs/contract';

const RULE = 'inference router';

/** Why an answer has no end: its connection broke, or nothing came on it any more. */
export const brokenBy = (error: unknown): Deny =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_BODY_TIMEOUT'
    ? deny('KARS_UPSTREAM_TIMEOUT', RULE, 'the provider fell silent in the middle')
    : deny('KARS_UPSTREAM_INTERRUPTED', RULE, 'the connection to the provider broke in the middle');
