import type { InputScript, LaunchBody } from './launch-body.ts';
import type { BulkPlan } from './bulk/bulk-plan.ts';
import type { Verb } from './truth.ts';

/** Something a caller does, so many ms after the start. */
export type Step =
  | {
      readonly kind: 'launch';
      readonly at: number;
      readonly workspace: number;
      readonly body: LaunchBody;
      /** Default: the one that has no pace. */
      readonly action?: 'paced';
      /** It may rightly be refused. */
      readonly mayBeRefused?: true;
    }
  | {
      readonly kind: 'verb';
      readonly at: number;
      readonly workspace: number;
      readonly verb: Verb;
      readonly run: string;
    }
  | {
      readonly kind: 'secret';
      readonly at: number;
      readonly workspace: number;
      readonly name: string;
      /** Null: it is deleted. */
      readonly value: string | null;
    }
  | { readonly kind: 'bulk'; readonly at: number; readonly workspace: number; readonly bulk: BulkPlan }
  | { readonly kind: 'live'; readonly at: number; readonly workspace: number; readonly input: InputScript };
