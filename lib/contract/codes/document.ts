/** Faults of the documents that a process reads. Each denies, or keeps the last good set in force. */
export const documentCodes = {
  KARS_DOCUMENT_MISSING: 'a file of the set is not there',
  KARS_DOCUMENT_MALFORMED: 'a file is not JSON, or does not have the form of its kind',
  KARS_DOCUMENT_VERSION: 'a file has a schemaVersion that this release does not read',
  KARS_DOCUMENT_KIND: 'a file carries another kind of document than its name says',
  KARS_DOCUMENT_DIGEST: 'the bytes of a file are not those that the set document lists',
  KARS_DOCUMENT_BELOW_FLOOR: 'a document allows more than the arguments of the process do',
  KARS_APPROVAL_REFUSED:
    'an approval is for another sandbox, or lasts longer than the arguments of the process allow',
  KARS_DOCUMENT_TOO_LARGE: 'a document is larger than a ConfigMap can safely carry',
} as const;

/** Code of a document fault. */
export type DocumentCode = keyof typeof documentCodes;
