const REASONS: ReadonlyMap<string, string> = new Map([
  ['content_filter', 'refusal'],
  ['function_call', 'tool_use'],
  ['length', 'max_tokens'],
  ['stop', 'end_turn'],
  ['tool_calls', 'tool_use'],
]);

/** Why a model stopped. Some servers say that it came to its end where it calls tools. */
export function stopReason(finish: string | null | undefined, callsTools: boolean): string {
  const reason = REASONS.get(finish ?? 'stop') ?? 'end_turn';
  return callsTools && reason === 'end_turn' ? 'tool_use' : reason;
}
