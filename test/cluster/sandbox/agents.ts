import { readFileSync } from 'node:fs';
import { Size } from 'cdk8s';
import { AgentResources } from 'kars-constructs';

/** The text of a program beside this file. */
export const script = (name: string): string =>
  readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');

/** Requests that leave room for many sandboxes on the node of the tests. */
export const smallResources = new AgentResources({
  cpu: { request: 0.1, limit: 2 },
  memory: { request: Size.mebibytes(128), limit: Size.gibibytes(1) },
});
