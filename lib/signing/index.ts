export { SignedAllowlist } from './signed-allowlist.ts';
export type { SignedAllowlistOptions } from './signed-allowlist.ts';
export { verifyAllowlist } from './verify-allowlist.ts';
export type { AllowlistTrust, VerifiedAllowlist } from './verify-allowlist.ts';
