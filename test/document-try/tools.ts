import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Children } from '../support/children.ts';

const ROOT = join(import.meta.dirname, '../..');
const TOOLS = join(ROOT, '.trireme/document-try');

const GENERATOR = 'org.openapitools:openapi-generator-cli:7.25.0';
export const COPY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const NODE_TOOLS = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0'];

/** The jar of openapi-generator, fetched once with the caller's own Maven. */
export async function fetchGenerator(children: Children): Promise<string> {
  const [, name, version] = GENERATOR.split(':');
  const jar = join(TOOLS, `${name}-${version}.jar`);
  if (existsSync(jar)) return jar;
  const args = ['-q', '-B', `${COPY_PLUGIN}:copy`, `-Dartifact=${GENERATOR}`, `-DoutputDirectory=${TOOLS}`];
  await children.run('mvn', args, { env: process.env, cwd: ROOT });
  return jar;
}

/** The folder with the packages of npm that clients need, installed once; none of them is the project's. */
export async function installNodeTools(children: Children): Promise<string> {
  const folder = join(TOOLS, 'node');
  if (NODE_TOOLS.every((tool) => existsSync(join(folder, 'node_modules', tool.split('@')[0] ?? '')))) return folder;
  await mkdir(folder, { recursive: true });
  const args = ['install', '--no-audit', '--no-fund', '--prefix', folder, ...NODE_TOOLS];
  await children.run('npm', args, { env: process.env, cwd: folder });
  return folder;
}
