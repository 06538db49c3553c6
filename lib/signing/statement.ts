import * as z from 'zod';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * What `cosign sign` signs: an in-toto statement that has the digest of the image as its subject.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
const statement = z.looseObject({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  predicateType: z.literal('https://sigstore.dev/cosign/sign/v1'),
  subject: z.array(z.looseObject({ digest: z.looseObject({ sha256: z.string() }) })).min(1),
});

/** The SHA-256 digests that a payload is about, in hex; none when it is another kind of statement. */
export function subjectDigests(payloadType: string, payload: Uint8Array): string[] {
  if (payloadType !== PAYLOAD_TYPE) return [];
  try {
    const parsed = statement.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    return parsed.success ? parsed.data.subject.map(({ digest }) => digest.sha256) : [];
  } catch {
    return [];
  }
}
