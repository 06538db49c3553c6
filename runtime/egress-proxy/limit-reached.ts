import { deny, type Deny } from 'kars-constructs/contract';

/** What a connection is broken with that reached a limit: whoever waits for it can tell the agent which one. */
export class LimitReached extends Error {
  readonly denial: Deny;

  constructor(denial: Deny) {
    super(denial.reason);
    this.name = 'LimitReached';
    this.denial = denial;
  }
}

/** What the agent is told when a connection to a host ends before the answer: which limit, or that the host closed it. */
export const brokenAnswer = (error: unknown): Deny =>
  error instanceof LimitReached
    ? error.denial
    : deny(
        'KARS_EGRESS_CONNECT_FAILED',
        'egress proxy',
        'the host closed the connection before its answer was whole',
      );
