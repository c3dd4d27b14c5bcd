import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Client, generate } from './client.ts';
import { COPY_PLUGIN } from './tools.ts';

const PROGRAM = join(import.meta.dirname, 'clients/Generated.java');

/** openapi-generator, `java` with Java's own HTTP client. */
export const JAVA: Client = {
  name: 'java',
  async build(workshop) {
    const { children, dir, env } = workshop;
    const packages = { invokerPackage: 'trireme', apiPackage: 'trireme.api', modelPackage: 'trireme.model' };
    // Otherwise it sends an empty list for each list that was not set, which would change what an update is to keep.
    const lists = { containerDefaultToNull: 'true' };
    await generate(workshop, 'java', { library: 'native', artifactId: 'trireme', ...lists, ...packages });
    const libraries = ['-DincludeScope=compile', `-DoutputDirectory=${join(dir, 'lib')}`];
    await children.run('mvn', ['-q', '-B', `${COPY_PLUGIN}:copy-dependencies`, ...libraries], { env, cwd: dir });
    const sources = await readdir(join(dir, 'src/main/java'), { recursive: true });
    const files = sources.filter((name) => name.endsWith('.java')).map((name) => join(dir, 'src/main/java', name));
    await mkdir(join(dir, 'classes'));
    const options = ['-nowarn', '-proc:none', '-cp', join(dir, 'lib/*'), '-d', join(dir, 'classes')];
    await children.run('javac', [...options, PROGRAM, ...files], { env, cwd: dir });
  },
  run: ({ children, dir, env }) => {
    const path = [join(dir, 'classes'), join(dir, 'lib/*')].join(delimiter);
    return children.run('java', ['-cp', path, 'Generated'], { env, cwd: dir });
  },
};
