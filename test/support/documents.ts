import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  encode,
  encodeSet,
  type EncodedDocument,
  type MemberKind,
  type PayloadOf,
} from 'kars-constructs/contract';
import { writeProjectedVolume } from '../../runtime/cli/local/documents-volume.ts';

/** Payloads by kind; a kind that is not given is not part of the set. */
export type Payloads = { readonly [K in MemberKind]?: PayloadOf<K> };

const KINDS: Readonly<Record<MemberKind, string>> = {
  'inference-policy': 'InferencePolicy',
  'tool-policy': 'ToolPolicy',
  'egress-allowlist': 'KarsSandbox',
  'signed-allowlist': 'KarsSandbox',
};

/** An empty directory that goes away with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kars-test-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A whole set, the set document first. */
export function encodeDocuments(payloads: Payloads): EncodedDocument[] {
  const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
  const members = (Object.keys(payloads) as MemberKind[]).flatMap((kind) => {
    const payload = payloads[kind];
    return payload === undefined ? [] : [encode(kind, { ...source, kind: KINDS[kind] }, payload)];
  });
  return [encodeSet(source, members), ...members];
}

/** Files by name. */
export const filesOf = (documents: readonly EncodedDocument[]): Map<string, string> =>
  new Map(documents.map(({ file, body }) => [file, body]));

/** Writes a set into a directory as plain files. */
export function writeDocuments(directory: string, payloads: Payloads): EncodedDocument[] {
  const documents = encodeDocuments(payloads);
  mkdirSync(directory, { recursive: true });
  for (const { file, body } of documents) writeFileSync(join(directory, file), body);
  return documents;
}

/** Writes a set as the kubelet does, swapping all files at once. */
export const projectDocuments = (directory: string, payloads: Payloads): Promise<void> =>
  writeProjectedVolume(directory, filesOf(encodeDocuments(payloads)));
