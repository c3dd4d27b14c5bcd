import type { RateLimit, RateType } from '../../../domain/token-bucket.ts';

/** What guides say of one deployment. */
export interface GuideFacts {
  /** Its public URL, without a slash at the end. */
  readonly url: string;
  readonly rateLimits: Readonly<Record<RateType, RateLimit>>;
}
