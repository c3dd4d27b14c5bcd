/** A template that cannot be run here; the message names the logical id and what is not understood. */
export class TemplateError extends Error {
  constructor(where: string, what: string) {
    super(`template: ${where}: ${what}`);
    this.name = 'TemplateError';
  }
}
