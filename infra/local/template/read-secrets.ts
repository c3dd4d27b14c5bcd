import * as z from 'zod';
import type { SecretPlan } from './system-plan.ts';
import { cfnBoolean, cfnNumber } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const Secret = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      PasswordLength: cfnNumber.optional(),
      ExcludeCharacters: z.string().optional(),
      ExcludePunctuation: cfnBoolean.optional(),
      ExcludeNumbers: cfnBoolean.optional(),
      ExcludeLowercase: cfnBoolean.optional(),
      ExcludeUppercase: cfnBoolean.optional(),
      IncludeSpace: cfnBoolean.optional(),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});

/** Secrets: a fixed text, or what Secrets Manager is to generate. */
export function readSecrets(reader: TemplateReader): readonly SecretPlan[] {
  return reader.all('AWS::SecretsManager::Secret', Secret).map(({ id, name, properties }) => {
    const { SecretString: text, GenerateSecretString: generate = {} } = properties;
    const wanted = Object.fromEntries(Object.entries(generate).filter(([, value]) => value !== undefined));
    return { id, name, value: text === undefined ? { generate: wanted } : { text } };
  });
}
