/** The five fields by the names that users see, or `cron` when the fault is not in one of them. */
export type CronFieldName = 'cron' | 'minute' | 'hour' | 'day-of-month' | 'month' | 'day-of-week';

/** A refused cron expression: the field, the piece that is wrong and what is allowed there. */
export class CronError extends Error {
  readonly field: CronFieldName;

  constructor(field: CronFieldName, message: string) {
    super(field === 'cron' ? message : `${field}: ${message}`);
    this.name = 'CronError';
    this.field = field;
  }
}
