import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LargeObjects } from '../dynamodb/progress-store.ts';

/** Bodies that are too large for the table, in the stage's bucket. */
export function createLargeObjects(client: S3Client, bucket: string): LargeObjects {
  return {
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    async get(key) {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (body === undefined) throw new Error(`The object ${key} came without a body.`);
      return body.transformToByteArray();
    },
  };
}
