import { httpHeaders, type HttpHeader } from 'kars-constructs/contract';
import { HEADER, table } from './markdown.ts';

const all: readonly HttpHeader[] = Object.values(httpHeaders);

const fieldsOf = (place: HttpHeader['of']): string =>
  table(
    ['field', 'set or read by', 'meaning'],
    all
      .filter((header) => header.of === place)
      .map(({ name, by, meaning }) => [
        `\`${name}\``,
        by === 'both' ? 'router, egress proxy' : by,
        meaning,
      ]),
  );

/** The fields of HTTP that router and egress proxy set or read of their own accord. */
export const headersPage = (): string => `${HEADER}
# Headers

## In answers to the agent

${fieldsOf('answer')}

## In requests of the agent

Whom a request comes from, and what it may do, is in no field of it: \`authorization\`, \`x-api-key\` and \`x-kars-\` fields change nothing, and
the router sends no field of a request on.

${fieldsOf('request')}

## In requests to a model provider

Besides \`content-type\` and \`accept\`, which are the same for every request. One field carries the credential.

${fieldsOf('provider request')}

## In answers of a model provider

${fieldsOf('provider answer')}

What passes between the agent and a host through the egress proxy is theirs: the proxy takes out what concerns one connection only (RFC 9110,
section 7.6.1) and \`proxy-authorization\`, and adds nothing.
`;
