import { createPublicKey, type KeyObject } from 'node:crypto';
import { bundleFromJSON, isBundleWithDsseEnvelope, type Bundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { SignerPolicy } from '../contract/kinds/signed-allowlist/signers.ts';
import { subjectDigests } from './statement.ts';

/** Why a bundle proves nothing. */
export class SignatureFault extends Error {}

/**
 * Verifies one Sigstore bundle, offline: that one of the signers signed it, and that it is about the
 * manifest with this digest.
 *
 * @param digest SHA-256 of the manifest in hex.
 * @param trustedRoot Text of `trusted_root.json`; its digest is that of the policy.
 * @returns Who signed, for messages.
 * @throws SignatureFault when it proves nothing.
 * @see https://docs.sigstore.dev/about/bundle/
 */
export function verifySignature(
  text: string,
  digest: string,
  signers: SignerPolicy,
  trustedRoot: string | undefined,
): string {
  try {
    return signerOf(text, digest, signers, trustedRoot);
  } catch (error) {
    // What is in a bundle comes from a registry or a ConfigMap, and the libraries throw for what is no certificate.
    throw error instanceof SignatureFault ? error : new SignatureFault(reasonOf(error));
  }
}

function signerOf(
  text: string,
  digest: string,
  signers: SignerPolicy,
  trustedRoot: string | undefined,
): string {
  const bundle = parse(text);
  const signer =
    bundle.verificationMaterial.content.$case === 'publicKey'
      ? verifyByKey(bundle, signers)
      : verifyByIdentity(bundle, signers, trustedRoot);
  if (!isBundleWithDsseEnvelope(bundle)) {
    throw new SignatureFault('it is no statement about an artifact; sign with cosign sign');
  }
  const { payloadType, payload } = bundle.content.dsseEnvelope;
  const subjects = subjectDigests(payloadType, payload);
  if (!subjects.includes(digest)) {
    throw new SignatureFault(`it is about sha256:${subjects.join(', ')}, needed sha256:${digest}`);
  }
  return signer;
}

function parse(text: string): Bundle {
  try {
    return bundleFromJSON(JSON.parse(text));
  } catch (error) {
    throw new SignatureFault(`it is no Sigstore bundle: ${reasonOf(error)}`);
  }
}

/** A key that is trusted by itself needs no log and no timestamp to say when it signed. */
function verifyByKey(bundle: Bundle, { keys = [] }: SignerPolicy): string {
  const entity = toSignedEntity(bundle);
  const index = keys.findIndex((key) => {
    try {
      verifierFor(publicKeyOf(key)).verify(entity);
      return true;
    } catch {
      return false;
    }
  });
  if (index === -1) throw new SignatureFault(`none of the ${keys.length} keys signed it`);
  return `key ${index + 1}`;
}

const publicKeyOf = (key: string): KeyObject =>
  createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });

/** Entries of a log that come with the signature prove nothing to somebody who trusts the key alone. */
const verifierFor = (key: KeyObject): Pick<Verifier, 'verify'> => {
  const material = toTrustMaterial(TrustedRoot.fromJSON({}), () => ({
    publicKey: key,
    validFor: () => true,
  }));
  const verifier = new Verifier(material, {
    tlogThreshold: 0,
    ctlogThreshold: 0,
    timestampThreshold: 0,
  });
  return {
    verify: (entity) => verifier.verify({ ...entity, tlogEntries: [], timestamps: [] }),
  };
};

function verifyByIdentity(
  bundle: Bundle,
  { identities = [] }: SignerPolicy,
  trustedRoot: string | undefined,
): string {
  if (identities.length === 0) throw new SignatureFault('identities sign nothing here, only keys');
  if (trustedRoot === undefined) throw new SignatureFault('there is no trusted root');
  // The library takes a subject for a regular expression; ours is exact, and compared here.
  const { identity } = new Verifier(materialOf(trustedRoot)).verify(toSignedEntity(bundle));
  const [subject, issuer] = [identity?.subjectAlternativeName, identity?.extensions?.issuer];
  const known = identities.find((each) => each.subject === subject && each.issuer === issuer);
  if (known !== undefined) return known.subject;
  throw new SignatureFault(`${subject ?? 'nobody'} of ${issuer ?? 'no issuer'} may not sign`);
}

function materialOf(trustedRoot: string): ReturnType<typeof toTrustMaterial> {
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(trustedRoot)));
  } catch (error) {
    throw new SignatureFault(`the trusted root is none: ${reasonOf(error)}`);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
