/** Requests that the admission policies of the platform refuse. */
export const admissionCodes = {
  KARS_CONFIG_MAP_WRITER: 'somebody who is no deployer writes a document or packet rules',
  KARS_WORKLOAD_WRITER: 'somebody who is no deployer writes what makes pods',
} as const;

/** Code of a request that an admission policy refuses. */
export type AdmissionCode = keyof typeof admissionCodes;
