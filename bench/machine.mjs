import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, in microseconds; Linux only. The clock of /proc/PID/stat has steps of 10 ms. */
export function cpuOf(pid) {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const [onCpu] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(onCpu);
  });
  return nanoseconds.reduce((sum, ofThread) => sum + ofThread, 0) / 1_000;
}

/** Memory that a process holds, in bytes. */
export const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** The value below which a share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The middle one. */
export const median = (values) => quantile(values, 0.5);

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
