import * as z from 'zod';
import type { CorsRule } from '../services/s3/cors.ts';
import type { TemplateReader } from './template-reader.ts';

const Bucket = z.object({
  CorsConfiguration: z
    .object({
      CorsRules: z.array(
        z.object({
          AllowedOrigins: z.array(z.string()),
          AllowedMethods: z.array(z.string()),
          AllowedHeaders: z.array(z.string()).default([]),
          MaxAge: z.coerce.number().optional(),
        }),
      ),
    })
    .optional(),
});

/** The rules of each bucket for pages of other origins, by the bucket's name. */
export function readCorsRules(reader: TemplateReader): Readonly<Record<string, readonly CorsRule[]>> {
  return Object.fromEntries(
    reader.all('AWS::S3::Bucket', Bucket).map(({ name, properties: { CorsConfiguration } }) => [
      name,
      (CorsConfiguration?.CorsRules ?? []).map((rule) => ({
        origins: rule.AllowedOrigins,
        methods: rule.AllowedMethods,
        headers: rule.AllowedHeaders.map((header) => header.toLowerCase()),
        maxAgeSeconds: rule.MaxAge ?? null,
      })),
    ]),
  );
}
