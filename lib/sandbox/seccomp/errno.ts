/** Operation not permitted, see errno(3); the number is the same on x86_64 and aarch64. */
export const EPERM = 1;

/** Function not implemented. */
export const ENOSYS = 38;
