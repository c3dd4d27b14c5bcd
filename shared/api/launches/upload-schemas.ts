import * as z from 'zod';
import { LIMITS } from '../../domain/limits.ts';
import { contentEncoding } from '../enums.ts';
import { instant, strict, TOO_LARGE, uid } from '../fields.ts';

/** `POST /v1/uploads`. */
export const uploadBody = strict({
  content_length: z
    .int()
    .min(1)
    .superRefine((bytes, context) => {
      if (bytes <= LIMITS.uploadBytes) return;
      const message = `is over the limit of ${LIMITS.uploadBytes}; split the file into several uploads and runs`;
      context.addIssue({ code: 'custom', message, params: TOO_LARGE });
    })
    .meta({ maximum: LIMITS.uploadBytes })
    .optional()
    .describe(
      'Size of the file in bytes. If given, the PUT must have exactly this size; otherwise the size is checked at the launch',
    ),
  content_encoding: contentEncoding
    .optional()
    .describe('How the file is compressed. The limits of an upload apply to the uncompressed file'),
});

/** Where an upload is to be put. */
export const upload = strict({
  uid: uid.describe('Pass it as `inputs_upload_uid` to one launch within 24 hours'),
  method: z.literal('PUT'),
  url: z.string().describe('The URL to send the file to. It takes one PUT; a second one is answered with 412'),
  headers: z.record(z.string(), z.string()).describe('Headers that the PUT must have'),
  max_bytes: z.int().describe('The maximum size of the file. A larger file is refused at the launch'),
  expires_at: instant.describe('The PUT must begin before this time'),
}).meta({ id: 'Upload', description: 'A place for one file of inputs.' });
