import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
/** How often the event loop is looked at, in milliseconds. */
const resolution = 1;
const loop = monitorEventLoopDelay({ resolution });

const answers = {
  /** Bytes that are held once the garbage is gone. */
  held: () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
  watchLoop: () => {
    loop.reset();
    loop.enable();
    return null;
  },
  /** How late, in milliseconds, the event loop was in the worst hundredth of the times since `watchLoop`. */
  loopDelay: () => {
    loop.disable();
    return Math.max(0, loop.percentile(99) / 1e6 - resolution);
  },
};

/** Loaded into every server before anything else: it answers what is asked about the process. */
process.on('message', (question) => process.send(answers[question]()));
process.channel.unref();
