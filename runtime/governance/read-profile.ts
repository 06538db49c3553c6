import {
  failure,
  policyProfile,
  success,
  type PolicyProfile,
  type Result,
} from 'kars-constructs/contract';
import { parseAllDocuments } from 'yaml';

/** More documents than anybody merges. */
const MOST_DOCUMENTS = 64;

/** Calls that all bounds together may remember; each takes eight bytes. */
const MOST_CALLS = 1_000_000;

/**
 * Reads profiles: one YAML document each. Whatever readers could take in two ways makes none of them: a key that
 * stands twice, a tag, an alias, a warning.
 */
export function readProfiles(text: string): Result<readonly PolicyProfile[]> {
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true, schema: 'core' });
  if (documents.length === 0 || documents.length > MOST_DOCUMENTS) {
    return refused(`got ${documents.length} documents, supply 1 to ${MOST_DOCUMENTS}`);
  }
  const profiles: PolicyProfile[] = [];
  for (const [index, document] of documents.entries()) {
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) return refused(`document ${index} is no YAML: ${fault.message}`);
    const parsed = policyProfile.safeParse(plain(document));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refused(`document ${index}, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    }
    profiles.push(parsed.data);
  }
  const calls = profiles
    .flatMap(({ policies }) => policies)
    .reduce((sum, rule) => sum + (rule.type === 'rate_limit' ? rule.max_calls : 0), 0);
  return calls > MOST_CALLS
    ? refused(`got bounds of ${calls} calls together, allowed are ${MOST_CALLS}`)
    : success(profiles);
}

function plain(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

const refused = (message: string): Result<readonly PolicyProfile[]> =>
  failure({ path: 'agtProfile', code: 'KARS_PROFILE_INVALID', message });
