// One participant in a page, driven from the tests through window.participant.
import * as livekit from '/livekit-client.mjs';
import { recognize, rectangles } from '/pictures.mjs';
import { until } from '/until.mjs';

const NUMBERS_TO_MOVE = 5;

let connections = 0;
let offers = 0;
/** Which of the server's STUN and TURN addresses are used. */
let servers = /./;
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration, ...more) {
    super(selected(configuration), ...more);
    connections++;
  }

  setConfiguration(configuration) {
    super.setConfiguration(selected(configuration));
  }

  setLocalDescription(description) {
    if (description?.type === 'offer') offers++;
    return super.setLocalDescription(description);
  }

  setRemoteDescription(description) {
    if (description?.type === 'offer') offers++;
    return super.setRemoteDescription(description);
  }
};

function selected(configuration) {
  const iceServers = configuration?.iceServers?.map((one) => ({ ...one, urls: [one.urls].flat().filter((url) => servers.test(url)) })).filter((one) => one.urls.length > 0);
  return iceServers ? { ...configuration, iceServers } : configuration;
}

class PageParticipant {
  messages = [];
  /** Names of the room's events in their order; what happens all the time is left out. */
  events = [];
  #watches = [];
  #began;
  #first;
  #lastOfAny;
  #longestAny = 0;
  #sound = new AudioContext();

  /** Options are those of livekit-client's Room; with `relay` media goes over TURN only, over such `servers` as match that expression. */
  async join(url, token, { relay = false, servers: only = '.', ...options } = {}) {
    servers = new RegExp(only);
    this.room = new livekit.Room(options);
    const ofInterest = ['Reconnecting', 'SignalReconnecting', 'Reconnected', 'Disconnected', 'TrackUnsubscribed', 'ParticipantDisconnected', 'Moved', 'TrackMuted'];
    for (const name of ofInterest) this.room.on(livekit.RoomEvent[name], () => this.events.push(name));
    this.room.on(livekit.RoomEvent.TrackSubscribed, (track) => this.#attach(track));
    this.room.on(livekit.RoomEvent.DataReceived, (bytes, from, _, topic) => this.messages.push({ from: from?.identity, topic, text: new TextDecoder().decode(bytes) }));
    this.#began = performance.now();
    await this.room.connect(url, token, relay ? { rtcConfig: { iceTransportPolicy: 'relay' } } : {});
    return this.room.localParticipant.sid;
  }

  async leave() {
    await this.room.disconnect();
  }

  /** A colour and, where it is wanted, a tone. Further options are those of livekit-client's publishTrack. */
  async publish({ colour, hertz, width = 320, height = 180, framesPerSecond = 15, simulcast = false, ...options }) {
    const local = this.room.localParticipant;
    await local.publishTrack(moving(colour, width, height, framesPerSecond), { source: livekit.Track.Source.Camera, simulcast, ...options });
    if (hertz) await local.publishTrack(this.#tone(hertz), { source: livekit.Track.Source.Microphone, dtx: false, red: false });
  }

  /** Until a picture of that colour is there and moves. */
  async sees(identity, colour) {
    let last;
    const numbers = new Set();
    await until(`${colour} pictures of ${identity}`, () => {
      last = this.picture(identity);
      if (last?.colour === colour) numbers.add(last.number);
      if (numbers.size < NUMBERS_TO_MOVE) throw new Error(`numbers ${[...numbers]}, last ${JSON.stringify(last)}`);
      return true;
    });
    return last;
  }

  /** Until the loudest tone of that participant is the given one. */
  async hears(identity, hertz) {
    const track = await until(`sound of ${identity}`, () => this.#publication(identity, 'audio')?.track);
    await this.#sound.resume();
    const source = this.#sound.createMediaStreamSource(new MediaStream([track.mediaStreamTrack]));
    const analyser = new AnalyserNode(this.#sound, { fftSize: 8192, smoothingTimeConstant: 0 });
    source.connect(analyser);
    try {
      await until(`${hertz} Hz of ${identity}`, () => {
        const { loudest, decibels } = peak(analyser, this.#sound.sampleRate);
        if (Math.abs(loudest - hertz) > 15 || decibels < -60) throw new Error(`loudest is ${loudest} Hz with ${decibels} dB`);
        return true;
      });
    } finally {
      source.disconnect();
    }
  }

  async send(text, topic) {
    await this.room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, topic });
  }

  async receives(from, topic, text) {
    await until(`"${text}" from ${from} on ${topic}`, () => {
      if (this.messages.some((m) => m.from === from && m.topic === topic && m.text === text)) return true;
      throw new Error(JSON.stringify(this.messages));
    });
  }

  /**
   * Sends 1, 2, 3 and so on, reliably, until the page is closed or told to be quiet. What the SDK does not take, because it is just
   * reconnecting, is said again.
   */
  talk(topic, everyMilliseconds) {
    let number = 0;
    let busy = false;
    this.talking = setInterval(async () => {
      if (busy) return;
      busy = true;
      try {
        await this.send(String(number + 1), topic);
        number++;
      } catch {
        // later
      } finally {
        busy = false;
      }
    }, everyMilliseconds);
  }

  quiet() {
    clearInterval(this.talking);
  }

  #numbers(from, topic) {
    return this.messages.filter((one) => one.from === from && one.topic === topic).map((one) => Number(one.text));
  }

  async hearsNumbers(from, topic, more) {
    const before = this.#numbers(from, topic).length;
    await until(`${more} more numbers from ${from}`, () => this.#numbers(from, topic).length >= before + more);
  }

  /** Numbers from the first one that was heard to the last one: how many are missing, came twice, came late. */
  wrongNumbers(from, topic) {
    const numbers = this.#numbers(from, topic);
    const different = new Set(numbers);
    const disordered = numbers.filter((number, i) => i > 0 && number < numbers[i - 1]).length;
    const expected = numbers.length === 0 ? 0 : Math.max(...numbers) - Math.min(...numbers) + 1;
    return { identity: this.room.localParticipant.identity, from, lost: expected - different.size, doubled: numbers.length - different.size, disordered };
  }

  async knowsMuted(identity, muted) {
    await until(`${identity} is ${muted ? '' : 'not '}muted`, () => this.#publication(identity, 'audio')?.isMuted === muted);
  }

  /** The most that is wanted of a simulcast track: LOW, MEDIUM or HIGH. */
  prefer(identity, quality) {
    this.#publication(identity, 'video').setVideoQuality(livekit.VideoQuality[quality]);
  }

  async seesWidth(identity, width) {
    await until(`${identity} is ${width} wide`, () => {
      const now = this.#video(identity)?.videoWidth;
      if (now === width) return true;
      throw new Error(`it is ${now}`);
    });
  }

  /** Counters of the decoder for one participant's video. */
  async decoded(identity) {
    const report = await this.#publication(identity, 'video').track.receiver.getStats();
    const inbound = [...report.values()].find((one) => one.type === 'inbound-rtp');
    const { ssrc, framesDecoded, keyFramesDecoded, framesDropped, freezeCount, packetsLost, retransmittedPacketsReceived = 0 } = inbound;
    return { ssrc, framesDecoded, keyFramesDecoded, framesDropped, freezeCount, packetsLost, retransmittedPacketsReceived };
  }

  /** How much of one participant's sound was made up, as a share. */
  async concealed(identity) {
    const report = await this.#publication(identity, 'audio').track.receiver.getStats();
    const { concealedSamples, silentConcealedSamples, totalSamplesReceived } = [...report.values()].find((one) => one.type === 'inbound-rtp');
    return (concealedSamples - silentConcealedSamples) / totalSamplesReceived;
  }

  /** Milliseconds from connect() to the first picture of anybody. */
  async firstPicture() {
    await until('a picture', () => this.#first !== undefined);
    return this.#first - this.#began;
  }

  async simulate(scenario) {
    await this.room.simulateScenario(scenario);
  }

  /** How often the server has asked for a key frame of the video published here. An encoder that adapts to the machine makes others. */
  async keyFramesAsked() {
    const publication = this.room.localParticipant.getTrackPublication(livekit.Track.Source.Camera);
    const report = await publication.track.sender.getStats();
    return [...report.values()].filter((one) => one.type === 'outbound-rtp').reduce((sum, one) => sum + one.pliCount + one.firCount, 0);
  }

  async decodesMore(identity, frames) {
    const before = await this.decoded(identity);
    await until(`${frames} more frames of ${identity}`, async () => {
      const now = await this.decoded(identity);
      if (now.ssrc === before.ssrc && now.framesDecoded - before.framesDecoded >= frames) return true;
      throw new Error(`${JSON.stringify(before)}, now ${JSON.stringify(now)}`);
    });
  }

  async experiences(event) {
    await until(event, () => {
      if (this.events.includes(event)) return true;
      throw new Error(`only ${this.events}`);
    });
  }

  roomName() {
    return this.room.name;
  }

  /** Identities of those whom this participant knows to be there. */
  others() {
    return [...this.room.remoteParticipants.keys()].sort();
  }

  /** Of the tracks published here. */
  sids() {
    return [...this.room.localParticipant.trackPublications.keys()].sort();
  }

  async mute(kind, muted) {
    const publication = [...this.room.localParticipant.trackPublications.values()].find((one) => one.kind === kind);
    await (muted ? publication.mute() : publication.unmute());
  }

  isConnected() {
    return this.room.state === livekit.ConnectionState.Connected;
  }

  eventsSoFar() {
    return this.events;
  }

  /** How many offers were made or taken. */
  offers() {
    return offers;
  }

  /** How many peer connections were made. */
  connections() {
    return connections;
  }

  /**
   * The longest times in milliseconds between two pictures of anybody since the last call: as they are shown, and as they arrive; and between
   * any two pictures, of whichever track.
   */
  gaps() {
    const gaps = { shown: 0, arrived: 0, any: Math.max(this.#longestAny, performance.now() - this.#lastOfAny) };
    this.#longestAny = 0;
    for (const watch of this.#watches) {
      gaps.shown = Math.max(gaps.shown, watch.longestShown, performance.now() - watch.shown); // it may not be over
      gaps.arrived = Math.max(gaps.arrived, watch.longestArrived);
      watch.longestShown = watch.longestArrived = 0;
    }
    return gaps;
  }

  picture(identity) {
    const video = this.#video(identity);
    if (!video?.videoWidth) return null;
    const [width, height] = [160, 90];
    const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    canvas.drawImage(video, 0, 0, width, height);
    return { ...recognize(canvas.getImageData(0, 0, width, height).data, width, height), width: video.videoWidth };
  }

  #publication(identity, kind) {
    return [...(this.room.remoteParticipants.get(identity)?.trackPublications.values() ?? [])].find((one) => one.kind === kind && one.track);
  }

  #video(identity) {
    return this.#publication(identity, 'video')?.track.attachedElements[0];
  }

  /** Sound flows only into what plays it, so both kinds get their element. */
  #attach(track) {
    const element = track.attach();
    document.body.append(element);
    if (track.kind === 'video') this.#watch(element);
  }

  #watch(video) {
    const watch = { longestShown: 0, longestArrived: 0 };
    const next = (shown, { receiveTime: arrived }) => {
      this.#first ??= shown;
      if (this.#lastOfAny) this.#longestAny = Math.max(this.#longestAny, shown - this.#lastOfAny);
      this.#lastOfAny = shown;
      if (watch.shown) {
        watch.longestShown = Math.max(watch.longestShown, shown - watch.shown);
        watch.longestArrived = Math.max(watch.longestArrived, arrived - watch.arrived);
      } else {
        this.#watches.push(watch);
      }
      Object.assign(watch, { shown, arrived });
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  #tone(hertz) {
    const oscillator = new OscillatorNode(this.#sound, { frequency: hertz });
    const volume = new GainNode(this.#sound, { gain: 0.5 });
    const out = this.#sound.createMediaStreamDestination();
    oscillator.connect(volume).connect(out);
    oscillator.start();
    return out.stream.getAudioTracks()[0];
  }
}

/** A track of numbered pictures. */
function moving(colour, width, height, framesPerSecond) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const brush = canvas.getContext('2d');
  let number = 0;
  const paint = () => {
    for (const [left, top, wide, high, rgb] of rectangles(colour, number)) {
      brush.fillStyle = `rgb(${rgb})`;
      brush.fillRect(left * width, top * height, wide * width, high * height);
    }
    number++;
  };
  paint();
  setInterval(paint, 1000 / framesPerSecond);
  document.body.append(canvas);
  return canvas.captureStream(framesPerSecond).getVideoTracks()[0];
}

function peak(analyser, sampleRate) {
  const decibels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(decibels);
  let loudest = 2; // below lies what is no tone
  for (let bin = 3; bin < decibels.length; bin++) if (decibels[bin] > decibels[loudest]) loudest = bin;
  return { loudest: Math.round((loudest * sampleRate) / analyser.fftSize), decibels: Math.round(decibels[loudest]) };
}

window.participant = new PageParticipant();
