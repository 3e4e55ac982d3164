import type { Grant } from '@halfhour/contract';
import type { ApiKeyId, EpochMs, UserId } from '@halfhour/kernel';

/** A person or program that signs in. */
export interface UserRecord {
  readonly id: UserId;
  readonly name: string;
  readonly email: string | undefined;
  readonly grants: readonly Grant[];
}

export interface UserDraft {
  readonly id: UserId;
  readonly name: string;
  readonly email?: string;
  /** From `hashPassword`; a user without one signs in by link or API key only. */
  readonly passwordHash?: string;
  readonly grants: readonly Grant[];
}

export interface ApiKeyRecord {
  readonly id: ApiKeyId;
  readonly userId: UserId;
  readonly name: string;
  /** The last characters of the secret, for telling keys apart. */
  readonly lastFour: string;
  readonly createdAt: EpochMs;
  readonly revokedAt: EpochMs | undefined;
}

export interface ApiKeyDraft {
  readonly id: ApiKeyId;
  readonly userId: UserId;
  readonly name: string;
  /** From `drawToken(secrets, 'key')`. Only its hash is stored. */
  readonly token: string;
}

/** The form of an e-mail address that is unique. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}
