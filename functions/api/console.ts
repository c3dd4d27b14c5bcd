import { brotliDecompressSync } from 'node:zlib';
import { bucketUrl } from '../../shared/aws/bucket-url.ts';
import { parseEnv } from '../../shared/api/env.ts';
import { once } from '../../shared/process/once.ts';
import { systemRandom } from '../../shared/process/system.ts';
import { registerActions } from '../actions/index.ts';
import { page as consolePage } from '../console/index.html';
import { assets } from '../docs/assets.ts';
import { createDocsPages } from '../docs/docs-pages.ts';
import { atEdge } from '../http/at-edge.ts';
import { readHttpRequest } from '../http/http-request.ts';
import { answerPage, type Page, type PagePorts, policyOf } from '../pages/answer-page.ts';

const HTML = 'text/html; charset=utf-8';

/** The console, whose page may also put uploads into the stage's bucket and get large results from it. */
function createConsole(bucketOrigin: string): Page {
  const { etag, gzip, brotli, scriptHash, styleHash } = consolePage;
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  return {
    // Hardly anybody asks for it uncompressed: the function need not carry it a third time.
    document: {
      contentType: HTML,
      etag,
      plain: brotliDecompressSync(bytes(brotli)),
      gzipped: bytes(gzip),
      brotli: bytes(brotli),
    },
    policy: policyOf({ scriptHashes: [scriptHash], styleHashes: [styleHash], origins: [bucketOrigin] }),
  };
}

/** The origin of the bucket's signed URLs. */
function bucketOriginOf(bucket: string, env: NodeJS.ProcessEnv): string {
  return bucketUrl({
    bucket,
    region: env['AWS_REGION'] ?? '',
    useFips: env['AWS_USE_FIPS_ENDPOINT'] === 'true',
    useDualstack: env['AWS_USE_DUALSTACK_ENDPOINT'] === 'true',
    endpointUrl: env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'],
  }).origin;
}

const wired = once(() => {
  const env = parseEnv('console', process.env);
  const consoleOf = createConsole(bucketOriginOf(env.bucket, process.env));
  const docsAt = createDocsPages(
    {
      publicUrl: env.publicUrl,
      actions: () => registerActions(env.settings.extraActions).list(),
      rateLimits: env.settings.rateLimits,
    },
    assets,
  );
  const ports: PagePorts = {
    pageAt: (path) => (/^\/console(\/|$)/.test(path) ? consoleOf : docsAt(path)),
    newErrorRef: () => systemRandom.uuid(),
  };
  return atEdge(env.publicUrl, async (event) => answerPage(readHttpRequest(event, env.publicUrl), ports));
});

export const handler: ReturnType<typeof atEdge> = (event, context) => wired()(event, context);
