/**
 * Names of variables of the agent that the sandbox sets, or that client libraries would take for a
 * credential or an identity of the platform; in the syntax that JavaScript and RE2 share, whatever the case.
 */
export const RESERVED_VARIABLES =
  '^(KARS_|AGT_|AZURE_|IMDS_|FOUNDRY_AGENT_|OPENAI_(BASE_URL|API_KEY)$|ANTHROPIC_(BASE_URL|API_KEY|AUTH_TOKEN)$|SANDBOX_NAME$|NODE_USE_ENV_PROXY$|(HTTPS?|ALL|NO)_PROXY$)';

const reserved = new RegExp(RESERVED_VARIABLES, 'i');

/** Whether no variable of the agent may have this name. */
export const isReservedVariable = (name: string): boolean => reserved.test(name);
