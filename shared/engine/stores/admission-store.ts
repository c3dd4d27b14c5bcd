/** The slots of a workspace, which limit how many runs work at once. A slot belongs to a run in one epoch. */
export interface AdmissionStore {
  /** Takes a slot. True: the run has one now, or had it before. `limits`: as `readLimits` gave them. */
  takeSlot(workspaceUid: string, runUid: string, epoch: number, limits?: WorkspaceLimits): Promise<boolean>;
  releaseSlot(workspaceUid: string, runUid: string, epoch: number): Promise<void>;
  /** All slots that are taken. */
  listSlots(workspaceUid: string): Promise<readonly StoredSlot[]>;
  addWaiter(workspaceUid: string, waiter: Waiter, expiresAt: number): Promise<void>;
  /** True for the one call that removed it from the line. */
  removeWaiter(workspaceUid: string, waiter: Waiter): Promise<boolean>;
  /** The run that has waited longest, strongly read. */
  oldestWaiter(workspaceUid: string): Promise<Waiter | null>;
  /** The limits that the owner set for the workspace, at most a minute old. */
  readLimits(workspaceUid: string): Promise<WorkspaceLimits>;
}

/** A slot that is taken, since `takenAt` (epoch ms). */
export interface StoredSlot {
  readonly runUid: string;
  readonly epoch: number;
  readonly takenAt: number;
}

/** A run that waits for a slot. The line is ordered by `createdAt`. */
export interface Waiter {
  readonly runUid: string;
  readonly epoch: number;
  readonly createdAt: number;
}

/** How many runs of a workspace work at once, and how many inputs of a run are open at once. */
export interface WorkspaceLimits {
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
}
