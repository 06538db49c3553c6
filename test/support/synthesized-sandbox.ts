import { parseAllDocuments } from 'yaml';
import {
  findSandbox,
  type Manifest,
  type SandboxManifests,
} from '../../runtime/cli/local/manifests.ts';
import { synthesizeExample } from './examples.ts';

/** The objects of the quickstart, as `kars quickstart` reads them. */
export const quickstartManifests = (): Manifest[] =>
  [...synthesizeExample('quickstart').values()].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );

/** The sandbox of the quickstart. */
export const quickstartSandbox = (): SandboxManifests => findSandbox(quickstartManifests());
