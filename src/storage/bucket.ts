import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { inBatches, isKey, type Storage } from './storage.js';

/** Where a bucket is. */
export interface BucketAddress {
  readonly bucket: string;
  /** What the names in the bucket begin with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Absent: as the SDK's own variables say. */
  readonly region?: string;
  /** A server that speaks S3; absent: Amazon's. */
  readonly endpoint?: string;
}

const say = (): void => undefined;
/** The SDK writes to the console otherwise, also when a sender goes away. */
const silent = { trace: say, debug: say, info: say, warn: say, error: say };

/** Keeps files in a bucket of S3; credentials come from where the SDK looks for them. */
export class BucketStorage implements Storage {
  private readonly client: S3Client;

  constructor(private readonly address: BucketAddress) {
    const { region, endpoint } = address;
    this.client = new S3Client({
      // Servers other than Amazon's keep the checksums that are on by default as if they were part of the bytes.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      logger: silent,
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
    });
  }

  /** An object appears when all the bytes that were announced have come. */
  async write(key: string, bytes: AsyncIterable<Buffer>, size: number): Promise<void> {
    const body = Readable.from(bytes, { objectMode: false });
    const broken = new AbortController();
    // The SDK does not notice when its source fails, and would wait for the rest.
    body.once('error', (error) => broken.abort(error));
    const put = new PutObjectCommand({ ...this.at(key), Body: body, ContentLength: size });
    try {
      await this.client.send(put, { abortSignal: broken.signal });
    } catch (error) {
      body.destroy();
      throw broken.signal.aborted ? broken.signal.reason : error;
    }
  }

  async read(key: string): Promise<Readable | null> {
    try {
      return (await this.client.send(new GetObjectCommand(this.at(key)))).Body as Readable;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.client.send(new DeleteObjectCommand(this.at(name)));
  }

  olderThan(moment: Date): AsyncIterable<string[]> {
    return inBatches(this.namesFrom(moment));
  }

  private async *namesFrom(moment: Date): AsyncGenerator<string> {
    const { bucket, prefix } = this.address;
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const name = Key.slice(prefix.length);
        if (isKey(name) && LastModified && LastModified < moment) yield name;
      }
    }
  }

  private at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.address.bucket, Key: `${this.address.prefix}${name}` };
  }
}
