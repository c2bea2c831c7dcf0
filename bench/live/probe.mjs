import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Loaded into every server before anything else: it tells, when asked, what is held once the garbage is gone. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('message', () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.send(heapUsed + external);
});
process.channel.unref();
