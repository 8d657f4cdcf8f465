// The server under test: where it is and how to get into its rooms. `./dev test clients` starts it with --dev.
import { randomBytes } from 'node:crypto';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';

export const url = process.env.LIVEKIT_URL ?? 'ws://127.0.0.1:7880';
export const key = process.env.LIVEKIT_API_KEY ?? 'devkey';
export const secret = process.env.LIVEKIT_API_SECRET ?? 'secret';

/** The API of a back end. */
export const roomService = new RoomServiceClient(url.replace(/^ws/, 'http'), key, secret);

/** No test meets another's participants, nor those of a run before. */
export const newRoom = (name) => `${name}-${randomBytes(3).toString('hex')}`;

export async function token(room, identity) {
  const token = new AccessToken(key, secret, { identity, ttl: '10m' });
  token.addGrant({ roomJoin: true, room });
  return token.toJwt();
}
