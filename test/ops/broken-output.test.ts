import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

const logger = pathToFileURL(`${process.cwd()}/dist/logger.js`).href;
const program = `
  const { createLogger } = await import('${logger}');
  const logger = createLogger('info');
  let lines = 0;
  const timer = setInterval(() => {
    logger.info('a line');
    logger.warn('another');
    if (++lines < 100) return;
    clearInterval(timer);
    process.stderr.write('still here');
  }, 1);`;

it('goes on, and ends, when nobody reads the log any more', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = await once(child, 'close');
  expect([code, said]).toEqual([0, 'still here']);
});
