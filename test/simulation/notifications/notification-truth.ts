import { NOTIFICATION_TYPES, type NotificationType } from '../../../shared/domain/notification.ts';

/** The host of receivers that are for notifications alone. */
export const PAGER = 'https://pager.example.com';
/** The header that says which call set where a notification goes, as the query of the URL does. */
export const SETTING_HEADER = 'x-setting';

/** Something that happened, by the write that made it so. */
export interface Happened {
  readonly type: NotificationType;
  readonly workspaceUid: string;
  /** What tells it from others of its type. */
  readonly name: string;
  /** When it was first so, on the true clock. */
  readonly seenAt: number;
  /** When it was so again, and noted again if nobody was told; absent: it happens once. */
  readonly againAt?: number;
  /** It has to be told; else it may be. */
  isSure: boolean;
}

/** An attempt of a worker to post to a receiver, whether or not that got it. */
export interface AskedReceiver {
  readonly workspace: number;
  readonly url: string;
  /** It gave an answer that shows that it is there. */
  readonly wasThere: boolean;
  readonly at: number;
}

/** A call that was refused for a quota. */
export interface QuotaRefusal {
  readonly workspace: number;
  readonly quota: string;
  readonly sentAt: number;
  readonly at: number;
}

/** The body of a notification, as far as checks look at it. */
export interface ToldEvent {
  readonly type: NotificationType;
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly occurred_at: string;
  readonly run?: { readonly run_uid: string; readonly attempt: number; readonly status: string };
  readonly fire?: { readonly uid: string; readonly outcome: string };
  readonly receiver?: { readonly url: string; readonly is_host: boolean; readonly away_since: string };
  readonly quota?: { readonly name: string; readonly limit: number };
}

/** A post of a notification. */
export interface NotifiedPost {
  readonly id: string;
  readonly told: ToldEvent;
  readonly url: string;
  readonly workspace: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  /** When the invocation that posted it began, on the true clock. */
  readonly begunAt: number;
  readonly status: number | null;
}

export function isNotificationType(type: string): boolean {
  return NOTIFICATION_TYPES.some((known) => known === type);
}
