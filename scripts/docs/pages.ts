import {
  admissionCodes,
  auditCodes,
  hardeningCodes,
  documentCodes,
  signedAllowlistCodes,
  enforcement,
  waitsFor,
  fieldsOf,
  formatPath,
  isEnforcedInCluster,
  kinds,
  runtimeCodes,
  stateCodes,
  synthCodes,
  type KindDefinition,
} from 'kars-constructs/contract';

import { headersPage } from './headers-page.ts';
import { HEADER, table } from './markdown.ts';
import { routesPage } from './routes-page.ts';

/** The generated pages, by path below `docs`. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ['reference/fields.md', fieldsPage()],
    ['reference/errors.md', errorsPage()],
    ['reference/headers.md', headersPage()],
    ['reference/routes.md', routesPage()],
    ...kinds.map((kind): [string, string] => [`reference/kinds/${slug(kind)}.md`, kindPage(kind)]),
  ]);
}

const slug = ({ kind }: KindDefinition): string =>
  kind.replace(/([a-zA-Z0-9])([A-Z][a-z])/g, '$1-$2').toLowerCase();

const notYet = (kind: string, name: string): string => {
  const cause = waitsFor[kind]?.[name];
  return cause === undefined ? 'not enforced yet' : `not enforced yet: ${cause}`;
};

function fieldsPage(): string {
  const sections = kinds.map((definition) => {
    const rows = fieldsOf(definition).map(({ path }) => {
      const name = formatPath(path);
      const entry = enforcement[definition.kind]?.[name];
      return entry === undefined
        ? [`\`${name}\``, '', notYet(definition.kind, name), '', '']
        : [
            `\`${name}\``,
            entry.prop === undefined ? '' : `\`${entry.prop}\``,
            entry.by === 'synth' ? 'checked at synth, not enforced yet' : entry.by,
            `\`${entry.where}\``,
            `\`${entry.test}\``,
          ];
    });
    return `## ${definition.kind}\n\n${table(['field of spec', 'prop', 'enforced by', 'where', 'proven by'], rows)}\n`;
  });
  return `${HEADER}
# Every field and what makes it count

A field that nothing enforces can still stand in a manifest, because every manifest that kars v0.1.x
accepts is accepted here. The admission policies of \`KarsPlatform\` then warn of it by name. Constructs
have props only for fields that something acts on, or that synthesis checks.

${sections.join('\n')}`;
}

function errorsPage(): string {
  const plain = (codes: Readonly<Record<string, string>>): string =>
    table(
      ['code', 'meaning'],
      Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, meaning]),
    );
  const atRunTime = Object.entries(runtimeCodes).map(([code, { status, meaning, cure }]) => [
    `\`${code}\``,
    String(status),
    meaning,
    cure,
  ]);
  return `${HEADER}
# Error codes

A code never changes its meaning and is never used again for another one.

## At synth

\`cdk8s synth\` prints all of them at once, each behind the path of its construct.

${plain(synthCodes)}

## When the API server refuses an object

The admission policies of the platform answer with these; the message says what was refused and what to do.

${plain(admissionCodes)}

## When an agent calls the router or the egress proxy

The router answers in the error shape of the OpenAI API, the proxy with a JSON body. Both set the headers
\`x-kars-decision\` and \`x-kars-code\`, and write the denial to their audit log and container log.

${table(['code', 'status', 'meaning', 'what to do'], atRunTime)}

## When a process reads its documents

The last good set stays in force; without one, everything is denied. \`/internal/policy-status\` and the
container log say which.

${plain(documentCodes)}

## When an allow-list is signed

Refused at synth, by \`kars policy\`, and by the egress proxy, which keeps the last good set in force.

${plain(signedAllowlistCodes)}

## When the pod of a sandbox does not start

The egress guard and the launcher end with one of these; \`kubectl describe pod\` shows it as the message of the
container. The codes of documents apply to their documents as well.

${plain(hardeningCodes)}

## When a sidecar cannot use its state directory

The sidecar is not ready and denies every call with \`KARS_AUDIT_UNAVAILABLE\`; its log and \`/readyz\` say why, and it goes on by itself
once the cause is gone.

${plain(stateCodes)}

## When an audit log is verified or continued

${plain(auditCodes)}
`;
}

function kindPage(definition: KindDefinition): string {
  const { kind, plural, shortName, scope, description } = definition;
  const rows = fieldsOf(definition).map((field) => {
    const name = formatPath(field.path);
    return [
      `\`${name}\``,
      field.type,
      field.allowed,
      field.required ? 'yes' : '',
      field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      field.description,
      isEnforcedInCluster(kind, name) ? 'yes' : 'no',
    ];
  });
  return `${HEADER}
# ${kind}

${description}

\`kars.azure.com/v1alpha1\`, \`${plural}\`, short name \`${shortName}\`, ${scope.toLowerCase()}.

A required field is required where what it is part of is there.

${table(['field of spec', 'type', 'allowed', 'required', 'default', 'meaning', 'enforced'], rows)}

What makes each field count stands in [fields.md](../fields.md).
`;
}
