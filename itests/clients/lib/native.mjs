// Participants of the Rust SDK. The methods mean what those of lib/page.mjs mean.
import { AudioFrame, AudioSource, AudioStream, dispose, LocalAudioTrack, LocalVideoTrack, Room, RoomEvent, TrackKind, TrackPublishOptions, TrackSource,
  VideoBufferType, VideoFrame, VideoSource, VideoStream } from '@livekit/rtc-node';
import { recognize, rectangles } from './pictures.mjs';
import { token, url } from './server.mjs';
import { until } from './until.mjs';

const SAMPLE_RATE = 48_000;
const WINDOW = SAMPLE_RATE / 5;
const NUMBERS_TO_MOVE = 5;

/** @param at another node than the one under test */
export async function joinNative(room, identity, at = url) {
  const participant = new NativeParticipant(identity);
  await participant.room.connect(at, await token(room, identity), { autoSubscribe: true, dynacast: false });
  return participant;
}

/** The library keeps the process alive until then. */
export const disposeNative = dispose;

class NativeParticipant {
  room = new Room();
  messages = [];
  #publishing = true;

  constructor(identity) {
    this.identity = identity;
    this.room.on(RoomEvent.DataReceived, (bytes, from, _, topic) => this.messages.push({ from: from?.identity, topic, text: new TextDecoder().decode(bytes) }));
  }

  async close() {
    this.#publishing = false;
    await this.room.disconnect();
  }

  async publish({ colour, hertz, width = 320, height = 180, framesPerSecond = 15 }) {
    const pictures = new VideoSource(width, height);
    const video = LocalVideoTrack.createVideoTrack('picture', pictures);
    await this.room.localParticipant.publishTrack(video, new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast: false }));
    const tone = new AudioSource(SAMPLE_RATE, 1);
    const audio = LocalAudioTrack.createAudioTrack('tone', tone);
    await this.room.localParticipant.publishTrack(audio, new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE, dtx: false, red: false }));
    this.#show(pictures, colour, framesPerSecond);
    this.#sound(tone, hertz);
  }

  async sees(identity, colour) {
    const reader = new VideoStream(await this.#track(identity, TrackKind.KIND_VIDEO)).getReader();
    const numbers = new Set();
    await until(`${colour} pictures of ${identity}`, async () => {
      const { data, width, height } = (await next(reader)).frame.convert(VideoBufferType.RGBA);
      const seen = recognize(data, width, height);
      if (seen.colour === colour) numbers.add(seen.number);
      if (numbers.size < NUMBERS_TO_MOVE) throw new Error(`numbers ${[...numbers]}, last ${JSON.stringify(seen)}`);
      return true;
    });
    await reader.cancel();
  }

  /** The colour alone: not every source counts its pictures. */
  async shows(identity, colour) {
    const reader = new VideoStream(await this.#track(identity, TrackKind.KIND_VIDEO)).getReader();
    let pictures = 0;
    await until(`${colour} pictures of ${identity}`, async () => {
      const { data, width, height } = (await next(reader)).frame.convert(VideoBufferType.RGBA);
      return recognize(data, width, height).colour === colour && ++pictures >= NUMBERS_TO_MOVE;
    });
    await reader.cancel();
  }

  async hears(identity, hertz) {
    const reader = new AudioStream(await this.#track(identity, TrackKind.KIND_AUDIO), SAMPLE_RATE, 1).getReader();
    await until(`${hertz} Hz of ${identity}`, async () => {
      const samples = [];
      while (samples.length < WINDOW) samples.push(...(await next(reader)).data);
      const share = shareOf(hertz, samples);
      if (share > 0.6) return true;
      throw new Error(`${Math.round(share * 100)} % of what is heard`);
    });
    await reader.cancel();
  }

  async send(text, topic) {
    await this.room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, topic });
  }

  async receives(from, topic, text) {
    await until(`"${text}" from ${from} on ${topic}`, () => this.messages.some((m) => m.from === from && m.topic === topic && m.text === text));
  }

  #track(identity, kind) {
    const publications = () => [...(this.room.remoteParticipants.get(identity)?.trackPublications.values() ?? [])];
    return until(`a track of ${identity}`, () => publications().find((one) => one.kind === kind && one.track)?.track);
  }

  #show(source, colour, framesPerSecond) {
    const { width, height } = source;
    const rgba = new Uint8Array(width * height * 4).fill(255);
    let number = 0;
    const timer = setInterval(() => {
      if (!this.#publishing) return clearInterval(timer);
      for (const rectangle of rectangles(colour, number++)) fill(rgba, width, height, rectangle);
      source.captureFrame(new VideoFrame(rgba, width, height, VideoBufferType.RGBA));
    }, 1000 / framesPerSecond).unref();
  }

  async #sound(source, hertz) {
    let sample = 0;
    while (this.#publishing) {
      const frame = AudioFrame.create(SAMPLE_RATE, 1, SAMPLE_RATE / 100);
      for (let i = 0; i < frame.data.length; i++) frame.data[i] = 16_000 * Math.sin((2 * Math.PI * hertz * sample++) / SAMPLE_RATE);
      await source.captureFrame(frame); // waits while there is enough to play
    }
  }
}

/** What a stream gives next. A stream that gives nothing may not hold up a test for ever. */
async function next(reader) {
  let timer;
  const patience = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('nothing is received')), 10_000)));
  const { value, done } = await Promise.race([reader.read(), patience]).finally(() => clearTimeout(timer));
  if (done) throw new Error('the stream ended');
  return value;
}

function fill(rgba, width, height, [left, top, wide, high, rgb]) {
  const right = Math.round((left + wide) * width);
  for (let y = Math.round(top * height); y < Math.round((top + high) * height); y++)
    for (let x = Math.round(left * width); x < right; x++) rgba.set(rgb, 4 * (y * width + x));
}

/** How much of a sound's energy lies at a frequency, 0 to 1 (Goertzel's algorithm). */
function shareOf(hertz, samples) {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE);
  let [last, before, energy] = [0, 0, 0];
  for (const sample of samples) {
    [last, before] = [sample + coefficient * last - before, last];
    energy += sample * sample;
  }
  const power = last * last + before * before - coefficient * last * before;
  return energy === 0 ? 0 : (2 * power) / (samples.length * energy);
}
