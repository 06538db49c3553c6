const DAY_MILLISECONDS = 86_400_000;

/** How much of the past a log keeps. */
export interface AuditBounds {
  /**
   * Bytes of all segments. A log that has them takes no record until some are gone.
   *
   * @default no bound but the volume
   */
  readonly bytes?: number | undefined;
  /**
   * Days that a closed segment is kept after its last record.
   *
   * @default all are kept
   */
  readonly retentionDays?: number | undefined;
  /**
   * Bytes of one segment.
   *
   * @default 16 MiB, or an eighth of `bytes` where that is less
   */
  readonly segmentBytes?: number;
}

const SEGMENT_BYTES = 16 * 1024 * 1024;

/** Segments below which a log with a bound is not cut, so that little is lost at once when one goes. */
const SEGMENTS = 8;

/** Bytes after which a segment is closed. */
export const segmentBytes = ({ bytes = Infinity, segmentBytes }: AuditBounds): number =>
  segmentBytes ?? Math.min(SEGMENT_BYTES, Math.floor(bytes / SEGMENTS));

/** The moment before which a segment has to have ended to be removed, in milliseconds since 1970. */
export const removedBefore = ({ retentionDays }: AuditBounds): number =>
  retentionDays === undefined ? -Infinity : Date.now() - retentionDays * DAY_MILLISECONDS;
