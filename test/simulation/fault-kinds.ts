/** Every way in which the simulated services misbehave, and what it is. Each can be on or off in a history. */
export const FAULT_KINDS = {
  duplicate_now: 'a message is given to two consumers at once',
  duplicate_later: 'a message comes again hours after it was handled',
  duplicate_after_deletion: 'a deleted message comes again soon after',
  reorder: 'messages are handed out in any order and in batches of any size',
  delay_message: 'a message becomes visible minutes late',
  lost_receive: 'a receive is counted that no consumer sees',
  lost_message: 'a message is lost for good, without a dead letter',
  early_visibility: 'a message becomes visible while its consumer still works',
  refused_entries: 'some entries of a batch are refused',
  crash_before: 'a process dies before a call is made',
  crash_after: 'a process dies after a call was carried out, before its answer',
  applied_but_failed: 'a call is carried out and reported as failed',
  failed: 'a call fails and is not carried out',
  throttled: 'a call is throttled',
  slow_call: 'a call takes seconds to a minute',
  lambda_timeout: 'a function runs past its timeout and is killed',
  frozen_worker: 'a worker stands still and wakes after its successor',
  stale_reads: 'eventually consistent reads are old, batch entries are left undone',
  cold_start: 'a new process takes the next invocation though a warm one is free',
  clock_skew: 'a process has a clock that is wrong by seconds',
  clock_jump_back: 'a clock jumps back while its process works',
  sweep_lost: 'a minute passes without its sweep',
  sweep_twice: 'two sweeps run at once',
  receiver_500: 'a receiver answers 500',
  receiver_429: 'a receiver answers 429, with or without Retry-After',
  receiver_503: 'a receiver answers 503 with Retry-After',
  receiver_redirect: 'a receiver answers 3xx',
  receiver_gone: 'a receiver answers 410',
  receiver_garbage: 'a receiver answers what is no answer',
  receiver_deaf: 'a receiver takes the callback and never answers',
  receiver_away: 'a receiver cannot be reached',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;
export const ALL_FAULT_KINDS = Object.keys(FAULT_KINDS) as readonly FaultKind[]; // keys of a closed literal

/** Further ways, drawn apart and only in scenarios that ask for them: so no history of the others changes. */
export const FURTHER_FAULT_KINDS = {
  fire_late: 'EventBridge brings a fire up to a minute late, after those that came later',
  fire_twice: 'EventBridge brings a fire twice',
  fire_lost: 'EventBridge never brings a fire',
  transaction_conflict: 'a write meets a transaction on its item',
  new_version: 'a deployment between two messages: functions of two versions work side by side',
  clock_far_back: 'a clock jumps back by up to a minute',
  fire_undelivered: 'EventBridge cannot bring a fire, and gives it to the dead-letter queue',
} as const;

export type FurtherFaultKind = keyof typeof FURTHER_FAULT_KINDS;
export const ALL_FURTHER_KINDS = Object.keys(FURTHER_FAULT_KINDS) as readonly FurtherFaultKind[]; // as above
