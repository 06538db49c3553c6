import type { FastifyReply } from 'fastify';
import { httpHeaders, runtimeCodes, type Deny } from 'kars-constructs/contract';
import type { ErrorShape } from './surfaces/surface.ts';

/** Passes with time, unlike all others below 500. */
const TOO_MANY = 429;

/** Answers with a denial in the shape of an API. */
export function sendDenial(reply: FastifyReply, denial: Deny, errors: ErrorShape): FastifyReply {
  return reply
    .code(runtimeCodes[denial.code].status)
    .headers(denialHeaders(denial))
    .send(errors.body(denial));
}

/**
 * Headers of a denial. Client libraries retry several statuses by themselves; a decision does not
 * change by asking again.
 */
function denialHeaders({ code }: Deny): Record<string, string> {
  const { status } = runtimeCodes[code];
  return {
    [httpHeaders.decision.name]: 'deny',
    [httpHeaders.code.name]: code,
    ...(status < 500 && status !== TOO_MANY ? { [httpHeaders.shouldRetry.name]: 'false' } : {}),
  };
}
