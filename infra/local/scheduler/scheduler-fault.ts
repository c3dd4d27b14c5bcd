const STATUS = { ValidationException: 400, ResourceNotFoundException: 404, ConflictException: 409 } as const;

/** A refusal of EventBridge Scheduler: one of its modelled exceptions with a Message. */
export class SchedulerFault extends Error {
  readonly type: keyof typeof STATUS;
  readonly status: number;

  constructor(type: keyof typeof STATUS, message: string) {
    super(message);
    this.name = 'SchedulerFault';
    this.type = type;
    this.status = STATUS[type];
  }
}
