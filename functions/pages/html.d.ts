/** What infra/console-page.ts makes of the page; bytes are in base64. */
declare module '*.html' {
  export const page: {
    readonly etag: string;
    readonly gzip: string;
    readonly brotli: string;
    readonly scriptHash: string;
    readonly styleHash: string;
  };
}
